import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { codeOf, ConfigError } from './config-error.ts'

/** Of more old versions than this, the oldest are taken away. */
const MOST = 50

/** An old version of a configuration file. */
export interface OldVersion {
  readonly file: string
  /** When it was replaced. */
  readonly replacedAt: Date
  /** What replaced it, such as `set culling.idle_after`; never a value. */
  readonly by: string
}

/** Where old versions lie: beside the file. They may hold secrets, so they are for their owner alone. */
export const historyFolder = (file: string) => join(dirname(file), 'config-history')

/** The old versions of a file, the newest first. */
export function listHistory(file: string): readonly OldVersion[] {
  const folder = historyFolder(file)
  return namesIn(folder, basename(file)).flatMap((name) => {
    const [, date = '', time = '', by = ''] = NAME.exec(name.slice(basename(file).length)) ?? []
    const replacedAt = new Date(`${date}T${time.replaceAll('-', ':')}Z`)
    return [{ file: join(folder, name), replacedAt, by: by.replaceAll('+', ' ') }]
  })
}

/** Keeps a version that is replaced, unless the newest that is kept says the same. @throws ConfigError */
export function keepVersion(
  file: string,
  text: string,
  { by, now }: { readonly by: string; readonly now: Date },
): void {
  const folder = historyFolder(file)
  try {
    const before = listHistory(file)
    if (before[0] && readFileSync(before[0].file, 'utf8') === text) return
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Two changes within a millisecond, or a clock that was set back: the newest name is still the last.
    const at = new Date(Math.max(now.getTime(), (before[0]?.replacedAt.getTime() ?? 0) + 1))
    writeNew(join(folder, nameFor(file, at, by)), text)
    for (const { file: old } of before.slice(MOST - 1)) unlinkSync(old)
  } catch (error) {
    throw new ConfigError(`the older version cannot be kept in ${folder} (${codeOf(error)})`, {
      cause: error,
    })
  }
}

function nameFor(file: string, at: Date, by: string): string {
  const stamp = at.toISOString().replaceAll(':', '-').replace('T', '.').slice(0, -1)
  const done = by.replaceAll(' ', '+').replaceAll(/[^A-Za-z0-9.+_-]/g, '-')
  return `${basename(file)}.${stamp}.${done.slice(0, 80)}`
}

/** The text of the version that was replaced by the last change (1), or one further back. */
export function oldText(
  file: string,
  steps: number,
): { readonly text: string; readonly old: OldVersion } {
  const versions = listHistory(file)
  const old = versions[steps - 1]
  if (!old) {
    throw new ConfigError(
      versions.length === 0
        ? `no older version of ${file} is kept`
        : `only ${versions.length} older versions of ${file} are kept: see bulkhead config history`,
    )
  }
  return { text: readFileSync(old.file, 'utf8'), old }
}

/** Writes a file that nobody made before, for its owner alone; it is on the disk when this returns. */
export function writeNew(file: string, text: string, mode = 0o600): void {
  const descriptor = openSync(file, 'wx', mode)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const NAME = /^\.(\d{4}-\d\d-\d\d)\.(\d\d-\d\d-\d\d\.\d{3})\.([A-Za-z0-9.+_-]*)$/

function namesIn(folder: string, base: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(`${base}.`) && NAME.test(name.slice(base.length)))
      .toSorted()
      .toReversed()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
