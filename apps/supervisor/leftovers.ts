import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** A process, told apart from a later one with the same number by when it started. */
export interface Running {
  readonly pid: number
  readonly started: string
}

const NOTE = 'supervisor.children'
const LOOK_MS = 50

/** Keeps a note of what runs, for the next supervisor in case this one is killed. */
export class Leftovers {
  readonly #file: string
  readonly #running = new Map<string, Running>()

  constructor(runDir: string) {
    this.#file = join(runDir, NOTE)
  }

  started(name: string, pid: number): void {
    this.#running.set(name, { pid, started: startOf(pid) ?? '' })
    writeFileSync(`${this.#file}.new`, JSON.stringify([...this.#running.values()]), { mode: 0o644 })
    renameSync(`${this.#file}.new`, this.#file)
  }

  /**
   * Waits until what an earlier supervisor left is gone. Each ends by itself when it loses its supervisor; one that does not
   * within `patienceMs` is killed, for its sockets and its port are needed.
   */
  async gone(patienceMs: number): Promise<void> {
    const deadline = Date.now() + patienceMs
    const left = () => this.#noted().filter(({ pid, started }) => startOf(pid) === started)
    while (left().length > 0 && Date.now() < deadline) await delay(LOOK_MS)
    for (const { pid } of left()) kill(pid)
    while (left().length > 0 && Date.now() < deadline + patienceMs) await delay(LOOK_MS)
  }

  #noted(): readonly Running[] {
    try {
      const note: unknown = JSON.parse(readFileSync(this.#file, 'utf8'))
      return Array.isArray(note) ? note.filter(isRunning) : []
    } catch {
      return []
    }
  }
}

function isRunning(value: unknown): value is Running {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    'started' in value &&
    Number.isInteger(value.pid) &&
    Number(value.pid) > 1 &&
    typeof value.started === 'string' &&
    value.started !== ''
  )
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It went in this moment.
  }
}

/** When a process started, in clock ticks since the machine did (proc(5), field 22). Undefined: there is none, or it is dead. */
export function startOf(pid: number): string | undefined {
  try {
    // The name in parentheses may hold anything, so what counts begins behind the last one.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
