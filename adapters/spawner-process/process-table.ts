import { readdirSync, readFileSync, statSync } from 'node:fs'

import { isPublicId } from './paths.ts'

/** Names a server in the environment of its processes, so that they are found again whatever happened to the hub. */
export const MARKER = 'BULKHEAD_SERVER'

/** One process for good: a pid alone is given to another process some time later. */
export interface ProcessId {
  readonly pid: number
  /** In clock ticks since boot (proc_pid_stat(5), field 22). */
  readonly startTime: number
}

export interface Found extends ProcessId {
  readonly parent: number
  /** It has ended, and only its parent has not heard of it yet. */
  readonly zombie: boolean
}

export interface Marked extends Found {
  readonly publicId: string
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

export function isAlive({ pid, startTime }: ProcessId): boolean {
  const found = findProcess(pid)
  return found !== undefined && !found.zombie && found.startTime === startTime
}

/** Every living process of our own account; another account's marker would prove nothing. */
export function ownProcesses(): readonly Found[] {
  const own = process.getuid?.()
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && ownerOf(name) === own)
    .flatMap((name) => findProcess(Number(name)) ?? [])
    .filter(({ zombie, pid }) => !zombie && pid !== process.pid)
}

/** Those of the processes that bear a marker of this hub. */
export function markedOf(processes: readonly Found[], instance: string): readonly Marked[] {
  const sought = `${MARKER}=${instance}:`
  return processes.flatMap((found) => {
    const publicId = markOf(found.pid, sought)
    return publicId === undefined ? [] : [{ ...found, publicId }]
  })
}

/** Those of the processes that descend from one of `roots`, the roots themselves included. */
export function familyOf(processes: readonly Found[], roots: ReadonlySet<number>): Found[] {
  const family = new Set(roots)
  for (let before = -1; before !== family.size;) {
    before = family.size
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid)
  }
  return processes.filter(({ pid }) => family.has(pid))
}

function ownerOf(pid: string): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid
}

function markOf(pid: number, sought: string): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
    const line = environment.split('\0').find((variable) => variable.startsWith(sought))
    const publicId = line?.slice(sought.length)
    // Whoever has a notebook can write markers, and what stands in them becomes part of paths.
    return publicId !== undefined && isPublicId(publicId) ? publicId : undefined
  } catch {
    // It has ended, or does not let itself be looked into.
    return undefined
  }
}
