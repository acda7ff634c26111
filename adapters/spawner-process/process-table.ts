import { readdirSync, readFileSync } from 'node:fs'

/** Names a server in the environment of its processes, so that they are found again whatever happened to the hub. */
export const MARKER = 'BULKHEAD_SERVER'

export interface Found {
  readonly pid: number
  readonly parent: number
  /** In clock ticks since boot: with the pid it names one process for good (proc_pid_stat(5), field 22). */
  readonly startTime: number
  readonly zombie: boolean
}

/** One process; undefined when there is none. */
export function findProcess(pid: number): Found | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      pid,
      parent: Number(fields[1]),
      startTime: Number(fields[19]),
      zombie: fields[0] === 'Z' || fields[0] === 'X',
    }
  } catch {
    // It has ended.
    return undefined
  }
}

/** Every process, ours to look into, that bears a marker of this hub: its pid, and the marker's public id. */
export function findMarked(instance: string): readonly (Found & { readonly publicId: string })[] {
  const sought = `${MARKER}=${instance}:`
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const publicId = markOf(Number(name), sought)
      const found = publicId === undefined ? undefined : findProcess(Number(name))
      return found && publicId !== undefined && !found.zombie ? [{ ...found, publicId }] : []
    })
}

function markOf(pid: number, sought: string): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
    const line = environment.split('\0').find((variable) => variable.startsWith(sought))
    return line?.slice(sought.length)
  } catch {
    // It has ended, or is somebody else's.
    return undefined
  }
}
