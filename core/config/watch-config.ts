import { statSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { LiveConfig } from './live-config.ts'

/** Changes are seen at once where the file system tells of them, else with the next look. */
const LOOK_MS = 2000
/** A file that is being written is left alone until it has rested for this long; an empty one for longer: editors empty it first. */
const REST_MS = 200
const REST_EMPTY_MS = 2000

/** Keeps the settings in step with the file until the signal aborts. */
export async function watchConfig(live: LiveConfig, end: AbortSignal): Promise<void> {
  const { file } = live.state()
  let wake = () => {}
  let seen = stampOf(file)
  const watcher = watchFolder(dirname(file), () => wake())
  while (!end.aborted) {
    const { promise, resolve } = Promise.withResolvers<void>()
    wake = resolve
    await Promise.race([promise, rest(LOOK_MS, end)])
    const now = stampOf(file)
    if (now.key === seen.key && live.state().troubles.length === 0) continue
    await rest(now.size === 0 ? REST_EMPTY_MS : REST_MS, end)
    if (stampOf(file).key !== now.key) continue
    seen = now
    if (!end.aborted) await live.look()
  }
  watcher?.close()
}

/** The folder, not the file: most editors put a new file in the old one's place. */
function watchFolder(folder: string, changed: () => void) {
  try {
    return watch(folder, { persistent: false }, changed).once('error', () => undefined)
  } catch {
    return undefined
  }
}

function stampOf(file: string): { readonly key: string; readonly size: number } {
  const stat = statSync(file, { throwIfNoEntry: false, bigint: true })
  if (!stat) return { key: 'none', size: 0 }
  return {
    key: [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' '),
    size: Number(stat.size),
  }
}

async function rest(ms: number, end: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal: end, ref: false }).catch(() => undefined)
}
