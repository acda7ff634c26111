import { readFile } from 'node:fs/promises'

import type { Measured, ServerUsage } from '#core/domain/servers/usage.ts'

import { familyOf, markedOf, ownProcesses, type ProcessId } from './process-table.ts'

/** USER_HZ: what proc_pid_stat(5) counts processor time in, 100 a second on every Linux that Node runs on. */
const TICKS = 100

const GONE = { value: null, why: 'its processes are gone' } as const
const NO_DISK = {
  value: null,
  why: 'this spawner has no quotas, and to walk through all files would take too long',
} as const

/** What servers of a hub use, each by all processes that bear its mark or descend from one: one look at the table for all. */
export async function usageOf(
  servers: readonly (ProcessId & { readonly publicId: string })[],
  instance: string,
): Promise<ReadonlyMap<string, ServerUsage>> {
  const all = ownProcesses()
  const marked = Map.groupBy(markedOf(all, instance), ({ publicId }) => publicId)
  const found = new Map<string, ServerUsage>()
  for (const { publicId, pid } of servers) {
    const roots = new Set([pid, ...(marked.get(publicId) ?? []).map((each) => each.pid)])
    const family = familyOf(all, roots).map((each) => each.pid)
    found.set(publicId, {
      memory: sumOf(await Promise.all(family.map(memoryOf))),
      cpu: sumOf(await Promise.all(family.map(cpuOf))),
      disk: NO_DISK,
    })
  }
  return found
}

/** A process that has just ended counts for nothing; when all have, nothing is known. */
function sumOf(parts: readonly (number | undefined)[]): Measured {
  const known = parts.filter((part) => part !== undefined)
  return known.length === 0 ? GONE : { value: known.reduce((sum, part) => sum + part, 0) }
}

/** Its share of what it has in memory: what several have in common counts once in their sum. */
async function memoryOf(pid: number): Promise<number | undefined> {
  const rollup = await read(`/proc/${pid}/smaps_rollup`)
  const share = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1]
  if (share !== undefined) return Number(share) * 1024
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(await read(`/proc/${pid}/status`))?.[1]
  return resident === undefined ? undefined : Number(resident) * 1024
}

/** Its own time and that of children that have ended (fields 14 to 17). */
async function cpuOf(pid: number): Promise<number | undefined> {
  const stat = await read(`/proc/${pid}/stat`)
  if (stat === '') return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    // It has ended.
    return ''
  }
}
