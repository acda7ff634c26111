import { setTimeout as delay } from 'node:timers/promises'

import {
  familyOf,
  findProcess,
  isAlive,
  markedOf,
  ownProcesses,
  type ProcessId,
} from './process-table.ts'

/** How long a server may take to end by itself, and its leftovers to vanish after they were killed. */
const GRACE_MS = 8000
const KILL_MS = 5000
/**
 * When it is asked once more: Jupyter loses a SIGTERM that comes while it writes a line to its log (its handler logs too, and
 * Python refuses to enter the writer twice).
 */
const ASK_AGAIN_MS = 5000
const LOOK_MS = 25

/** Which server: its marker, and its process when that is known. */
export interface Sought {
  readonly instance: string
  readonly publicId: string
  readonly process: ProcessId | undefined
}

/**
 * Asks the server to end, then makes it, and whatever it started with it. Resolves with whether nothing is left: only a process
 * that the system itself cannot end stays.
 */
export async function endServer(sought: Sought): Promise<boolean> {
  const remains = new Remains(sought)
  // Looked up before it is asked, while kin that hide their marker are still to be known by their parents.
  const main = remains.look().find(({ pid }) => pid === sought.process?.pid)
  if (main && main.startTime === sought.process?.startTime) {
    send(main, 'SIGTERM')
    if (!(await until(() => !isAlive(main), ASK_AGAIN_MS))) {
      send(main, 'SIGTERM')
      await until(() => !isAlive(main), GRACE_MS - ASK_AGAIN_MS)
    }
  }
  // Kernels and terminals have sessions of their own, and may outlive the server that started them.
  return until(() => {
    const left = remains.look()
    for (const process of left) send(process, 'SIGKILL')
    return left.length === 0
  }, KILL_MS)
}

/** The processes of one server that still live: by their marker, by descent, and whatever was once seen to be one of them. */
class Remains {
  readonly #sought: Sought
  readonly #known = new Map<number, number>()

  constructor(sought: Sought) {
    this.#sought = sought
  }

  look(): readonly ProcessId[] {
    const { instance, publicId } = this.#sought
    const all = ownProcesses()
    const seen = all.filter(({ pid, startTime }) => this.#known.get(pid) === startTime)
    const marked = markedOf(all, instance).filter((found) => found.publicId === publicId)
    const family = familyOf(all, new Set([...seen, ...marked].map(({ pid }) => pid)))
    for (const { pid, startTime } of family) this.#known.set(pid, startTime)
    return family
  }
}

/** Only to the very process that was found: its pid may have been given on since. */
function send({ pid, startTime }: ProcessId, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (findProcess(pid)?.startTime !== startTime) return
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

async function until(holds: () => boolean, ms: number): Promise<boolean> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    if (holds()) return true
    await delay(LOOK_MS)
  }
  return holds()
}
