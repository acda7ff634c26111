import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import type { Measured, ServerUsage } from '#core/domain/servers/usage.ts'

import type { HomeSizes } from './home-sizes.ts'
import { familyOf, markedOf, ownProcesses, type ProcessId } from './process-table.ts'

/** USER_HZ: what proc_pid_stat(5) counts processor time in, 100 a second on every Linux that Node runs on. */
const TICKS = 100

const GONE = { value: null, why: 'its processes are gone' } as const
const NO_HOME = { value: null, why: 'which folder its files are in is not known' } as const
const WITH_ANOTHER = {
  value: null,
  why: 'they are the files of another server of the same person, with which they count',
} as const

/** What servers of a hub use, each by all processes that bear its mark or descend from one: one look at the table for all. */
export async function usageOf(
  servers: readonly (ProcessId & { readonly publicId: string })[],
  {
    instance,
    homesDir,
    sizes,
  }: { readonly instance: string; readonly homesDir: string; readonly sizes: HomeSizes },
): Promise<ReadonlyMap<string, ServerUsage>> {
  const all = ownProcesses()
  const marked = Map.groupBy(markedOf(all, instance), ({ publicId }) => publicId)
  const found = new Map<string, ServerUsage>()
  const counted = new Set<string>()
  // Always with the same one of a person's servers.
  for (const { publicId, pid } of servers.toSorted((a, b) => a.startTime - b.startTime)) {
    const roots = new Set([pid, ...(marked.get(publicId) ?? []).map((each) => each.pid)])
    const family = familyOf(all, roots).map((each) => each.pid)
    found.set(publicId, {
      memory: sumOf(await Promise.all(family.map(memoryOf))),
      cpu: sumOf(await Promise.all(family.map(cpuOf))),
      disk: await diskOf(pid),
    })
  }
  return found

  async function diskOf(pid: number): Promise<Measured> {
    const home = await homeOf(pid)
    if (home === undefined || dirname(home) !== homesDir) return NO_HOME
    if (counted.has(home)) return WITH_ANOTHER
    counted.add(home)
    return sizes.of(home)
  }
}

/** As it was given at its start. */
async function homeOf(pid: number): Promise<string | undefined> {
  return /(?:^|\0)HOME=([^\0]+)/.exec(await read(`/proc/${pid}/environ`))?.[1]
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
