import { readFileSync } from 'node:fs'

/** What the process opens besides: logs, routes, the API, what is loaded later. */
const BESIDE = 100

/** How many clients there is room for, of all the files that the process may open: each may need one more behind. */
export function clientsWithin(limits: string): number {
  const files = /^Max open files +(\d+)/m.exec(limits)?.[1]
  return files === undefined ? Infinity : Math.max(1, Math.floor((Number(files) - BESIDE) / 2))
}

/** The limits of this process, as proc(5) shows them; nothing where the system has no such file. */
export function ownLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return ''
  }
}
