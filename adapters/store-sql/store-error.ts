import { HubError } from '#core/domain/errors.ts'

/** SQLite's primary result codes (sqlite.org/rescode.html), and what an operator can do about each. */
const REMEDIES: Readonly<Record<number, string>> = {
  5: 'The database is locked by another program. Is a backup or another hub using it?',
  6: 'The database is locked by another program. Is a backup or another hub using it?',
  8: 'The database cannot be written. Are its file and folder writable for the hub?',
  10: 'Reading or writing the database failed. Is the disk in order?',
  11: 'The database file is damaged. Restore it from a backup.',
  13: 'The disk is full. Make room where the data directory lies.',
  14: 'The database cannot be opened. Does its folder exist, and is it writable for the hub?',
  26: 'The file is not a database. Move it away, or restore it from a backup.',
}

const CONSTRAINT = 19

/** Runs a piece of work on the store; what SQLite refuses is told in the hub's words. */
export async function guarded<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw translated(error)
  }
}

/** As `guarded`, for what happens at once. */
export function guardedSync<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw translated(error)
  }
}

/** Whether a unique name or a reference stood in the way. */
export function isConstraint(error: unknown): boolean {
  return codeOf(error) === CONSTRAINT
}

function translated(error: unknown): unknown {
  const code = codeOf(error)
  const remedy = code === undefined ? undefined : REMEDIES[code]
  return remedy === undefined ? error : new HubError('unavailable', remedy, { cause: error })
}

function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined
  return error.errcode & 0xff
}
