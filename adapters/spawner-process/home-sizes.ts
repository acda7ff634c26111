import { execFile } from 'node:child_process'

import type { Measured } from '#core/domain/servers/usage.ts'

const FRESH_MS = 3_600_000
/** Seconds that a walk through somebody's files may take. */
const DEADLINE_S = 60
/** What `timeout` answers when it had to kill. */
const KILLED = 137

const NOT_YET = { value: null, why: 'the files are being counted' } as const

/** How much room folders take on the disk. Each is walked through once an hour, one at a time, when nothing else wants the processor. */
export class HomeSizes {
  readonly #known = new Map<string, { readonly at: number; readonly size: Measured }>()
  readonly #now: () => number
  readonly #deadlineS: number
  readonly #waiting = new Set<string>()
  #last: Promise<void> = Promise.resolve()

  constructor({ now = Date.now, deadlineS = DEADLINE_S } = {}) {
    this.#now = now
    this.#deadlineS = deadlineS
  }

  /** What was counted last, at once. What is older than an hour is counted anew meanwhile. */
  of(folder: string): Measured {
    const known = this.#known.get(folder)
    const isOld = known === undefined || this.#now() - known.at >= FRESH_MS
    if (isOld && !this.#waiting.has(folder)) {
      this.#waiting.add(folder)
      this.#last = this.#last.then(() => this.#count(folder))
    }
    return known?.size ?? NOT_YET
  }

  /** When all that was asked for is counted. */
  counted(): Promise<void> {
    return this.#last
  }

  async #count(folder: string): Promise<void> {
    const size = await sizeOf(folder, this.#deadlineS)
    this.#known.set(folder, { at: this.#now(), size })
    this.#waiting.delete(folder)
  }
}

/** Bytes of the disk that a folder takes, other file systems in it left out. */
function sizeOf(folder: string, deadlineS: number): Promise<Measured> {
  const { promise, resolve } = Promise.withResolvers<Measured>()
  const walk = ['nice', '-n', '19', 'du', '-sx', '--block-size=1', '--', folder]
  // Kept to the time by a program of its own, so that the walk ends when the hub is gone, too.
  const child = execFile('timeout', ['-s', 'KILL', `${deadlineS}s`, ...walk], (error, stdout) => {
    process.off('exit', end)
    // Files that go while they are counted make it complain, and do not make the sum worthless.
    const bytes = /^(\d+)\t/.exec(stdout)?.[1]
    if (bytes !== undefined) return resolve({ value: Number(bytes) })
    const isLate = error?.code === KILLED || error?.signal === 'SIGKILL'
    const why = isLate
      ? `counting the files takes longer than ${deadlineS} s; it is tried again in an hour`
      : 'the files cannot be counted'
    resolve({ value: null, why })
  })
  const end = () => void child.kill()
  process.once('exit', end)
  return promise
}
