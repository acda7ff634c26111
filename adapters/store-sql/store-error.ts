import { HubError } from '#core/domain/errors.ts'

const LOCKED = 'The database is locked by another program. Is a backup or another hub using it?'
const FULL = 'The disk is full. Make room where the data directory lies.'

/** SQLite's primary result codes (sqlite.org/rescode.html), and what an operator can do about each. */
const REMEDIES: Readonly<Record<number, string>> = {
  5: LOCKED,
  6: LOCKED,
  8: 'The database cannot be written. Are its file and folder writable for the hub?',
  10: 'Reading or writing the database failed. Is the disk in order?',
  11: 'The database file is damaged. Restore it from a backup.',
  13: FULL,
  14: 'The database cannot be opened. Does its folder exist, and is it writable for the hub?',
  26: 'The file is not a database. Move it away, or restore it from a backup.',
}

/** Extended codes. The first: no room for the index of the write-ahead log, which SQLite does not call a full disk. */
const NO_ROOM_FOR_INDEX = 4874
const FOREIGN_KEY = 787
const PRIMARY_KEY = 1555
const UNIQUE = 2067

/** Runs a piece of work on the store; what SQLite refuses is told in the hub's words. */
export async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw translated(error)
  }
}

/** As `guarded`, while opening `file`: the operator reads it, so it says which file. */
export function guardedOpening<T>(file: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    const told = translated(error)
    throw told instanceof HubError && told !== error
      ? new HubError(told.code, `${file}: ${told.message}`, { cause: error })
      : told
  }
}

/** Whether somebody was there first, under the same name. */
export function isTaken(error: unknown): boolean {
  const code = codeOf(error)
  return code === UNIQUE || code === PRIMARY_KEY
}

function translated(error: unknown): unknown {
  const code = codeOf(error)
  if (code === undefined) return error
  // Every reference of a row leads to the person whose it is.
  if (code === FOREIGN_KEY)
    return new HubError('not_found', 'there is no such person', { cause: error })
  if (isTaken(error))
    return new HubError('already_exists', 'that is there already', { cause: error })
  const remedy = code === NO_ROOM_FOR_INDEX ? FULL : REMEDIES[code & 0xff]
  return remedy === undefined ? error : new HubError('unavailable', remedy, { cause: error })
}

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined
}
