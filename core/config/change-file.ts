import {
  chmodSync,
  fchownSync,
  closeSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { randomHex } from '#core/base/random.ts'

import { codeOf, ConfigError } from './config-error.ts'
import type { EditedText } from './edit-text.ts'
import { historyFolder, keepVersion, writeNew } from './history.ts'
import { readConfig, readConfigFile } from './load.ts'

/** How long a change waits for another one to end. */
const PATIENCE_MS = 10_000

/** What came of a change. */
export interface Changed {
  readonly changed: boolean
  /** Mistakes that were there before and still are: a file with several can be mended one by one. */
  readonly left: readonly string[]
  /** Puts the old text back, if nobody has changed the file since. */
  readonly takeBack: () => void
}

/**
 * Changes a configuration file: one change at a time, whole or not at all, its owner and mode as they were, the old version
 * kept. Nothing is written when the result cannot be used.
 * @throws ConfigError
 */
export function changeConfigFile(
  named: string,
  edit: (edited: EditedText) => string,
  { by, now = new Date() }: { readonly by: string; readonly now?: Date },
): Changed {
  const file = resolved(named)
  return locked(file, () => {
    const before = readConfigFile(file)
    const after = edit({ text: before, file })
    const left = refuseNewMistakes({ before, after, file })
    if (after === before) return { changed: false, left, takeBack: () => undefined }
    keepVersion(file, before, { by, now })
    replace(file, after)
    return {
      changed: true,
      left,
      takeBack: () =>
        locked(file, () => {
          if (readConfigFile(file) === after) replace(file, before)
        }),
    }
  })
}

/** Returns the mistakes that are left, all of them old ones and fewer than before. */
function refuseNewMistakes({
  before,
  after,
  file,
}: {
  readonly before: string
  readonly after: string
  readonly file: string
}): readonly string[] {
  const [old, left] = [before, after].map((text) => mistakesOf(text, file))
  if (!old || !left || left.length === 0) return []
  if (left.length < old.length && left.every((mistake) => old.includes(mistake))) return left
  const fresh = left.filter((mistake) => !old.includes(mistake))
  throw new ConfigError(
    `Nothing was changed, because the result could not be used:\n${(fresh.length > 0 ? fresh : left).map((mistake) => `  ${mistake}`).join('\n')}`,
    { mistakes: left },
  )
}

function mistakesOf(text: string, file: string): readonly string[] {
  try {
    readConfig(text, file)
    return []
  } catch (error) {
    if (error instanceof ConfigError && error.mistakes.length > 0) return error.mistakes
    throw error
  }
}

/** The file itself, where the name is a link to it. */
function resolved(file: string): string {
  try {
    return realpathSync(file)
  } catch (error) {
    throw new ConfigError(
      codeOf(error) === 'ENOENT'
        ? `there is no ${file}; the first start of the hub makes it`
        : `${file} cannot be read (${codeOf(error)})`,
      { cause: error },
    )
  }
}

/** A new file is put in the old one's place, so that nobody ever reads half of it. */
function replace(file: string, text: string): void {
  const { mode, uid, gid } = statSync(file)
  const fresh = `${file}.${randomHex(8)}.new`
  try {
    writeNew(fresh, text)
    const descriptor = openSync(fresh, 'r')
    try {
      if (process.getuid?.() === 0 || process.getgid?.() !== gid) fchownSync(descriptor, uid, gid)
    } finally {
      closeSync(descriptor)
    }
    chmodSync(fresh, mode & 0o7777)
    renameSync(fresh, file)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw new ConfigError(`${file} cannot be written (${codeOf(error)}); nothing was changed`, {
      cause: error,
    })
  }
}

/** The lock is the kernel's, on a file of the history's folder: it ends with the process, however that ends. */
function locked<Result>(file: string, run: () => Result): Result {
  const folder = historyFolder(file)
  let lock: DatabaseSync | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // Made for its owner alone, whatever else the account makes.
    closeSync(openSync(join(folder, 'lock'), 'a', 0o600))
    lock = new DatabaseSync(join(folder, 'lock'), { timeout: PATIENCE_MS })
    lock.exec('begin exclusive')
  } catch (error) {
    lock?.close()
    throw new ConfigError(whyNotLocked(folder, error), { cause: error })
  }
  try {
    return run()
  } finally {
    lock.close()
  }
}

function whyNotLocked(folder: string, error: unknown): string {
  const busy = error instanceof Error && 'errcode' in error && error.errcode === 5
  return busy
    ? `another change of the settings is going on and does not end; nothing was changed`
    : `${folder} cannot be written (${error instanceof Error ? error.message : String(error)}); nothing was changed`
}
