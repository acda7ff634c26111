import { HubError } from '#core/domain/errors.ts'

const LOCKED = 'The database is locked by another program. Is a backup or another hub using it?'
const FULL = 'The disk is full. Make room where the data directory lies.'
const RETRY_SECONDS = 2

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

/** What kind of refusal of SQLite's it is, and what to tell; undefined for whatever else was thrown. */
export function readSqliteError(error: unknown): 'taken' | 'no owner' | HubError | undefined {
  const code = codeOf(error)
  if (code === undefined) return undefined
  if (code === FOREIGN_KEY) return 'no owner'
  if (code === UNIQUE || code === PRIMARY_KEY) return 'taken'
  const remedy = code === NO_ROOM_FOR_INDEX ? FULL : REMEDIES[code & 0xff]
  if (remedy === undefined) return undefined
  const passes = remedy === LOCKED ? { retryAfter: RETRY_SECONDS } : {}
  return new HubError('unavailable', remedy, { cause: error, ...passes })
}

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined
}
