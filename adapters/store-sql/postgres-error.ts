import { HubError } from '#core/domain/errors.ts'

/** Seconds after which a request that failed for a passing reason may be repeated. */
const RETRY_SECONDS = 2

/** The connection failed before an answer came: nothing says whether the statement was carried out. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** Conditions that pass by themselves, by SQLSTATE or its first two digits (postgresql.org/docs/current/errcodes-appendix.html). */
const PASSING: Readonly<Record<string, string>> = {
  '08': 'The connection to the database broke.',
  '40': 'Too many wrote the same at once.',
  '53300': 'The database takes no more connections (max_connections).',
  '55P03': 'Something else holds the database for too long.',
  '57014': 'The database took too long.',
  '57P01': 'The database is being restarted.',
  '57P02': 'The database is being restarted.',
  '57P03': 'The database is being started.',
  '57P05': 'The database ended a connection that had been idle.',
  '25P03': 'The database ended a transaction that had been idle.',
}

/** Conditions that somebody has to mend. */
const LASTING: Readonly<Record<string, string>> = {
  '25006': 'The database can only be read. Is it a standby?',
  '28': 'The database refuses the hub. Are the user and the password in database.url and database.password_file right?',
  '3D': 'There is no such database. Make it (createdb), or mend database.url.',
  '42501': 'The hub may not do that in its database. Make its account the owner of the database.',
  '53': 'The database has no room left. Is its disk full?',
  '58': 'The database cannot read or write its files. Is its disk in order?',
  XX001: 'The database is damaged. Restore it from a backup.',
  XX002: 'The database is damaged. Restore it from a backup.',
}

const FOREIGN_KEY = '23503'
const UNIQUE = '23505'
/** A null character, or what is no Unicode. */
const UNTRANSLATABLE = ['22021', '22P05']

/** What kind of refusal of PostgreSQL's it is, and what to tell; undefined for whatever else was thrown. */
export function readPostgresError(error: unknown): 'taken' | 'no owner' | HubError | undefined {
  if (error instanceof ConnectionLost) return away(error)
  const state = stateOf(error)
  if (state === undefined) return undefined
  if (state === FOREIGN_KEY) return 'no owner'
  if (state === UNIQUE) return 'taken'
  if (UNTRANSLATABLE.includes(state))
    return new HubError('invalid', 'A text holds a character that cannot be kept.', {
      cause: error,
    })
  const passing = PASSING[state] ?? PASSING[state.slice(0, 2)]
  // The longer codes come first: 53300 passes, the rest of its class does not.
  if (passing !== undefined)
    return new HubError('unavailable', `${passing} Try again in a moment.`, {
      cause: error,
      retryAfter: RETRY_SECONDS,
    })
  const lasting = LASTING[state] ?? LASTING[state.slice(0, 2)]
  return lasting === undefined ? undefined : new HubError('unavailable', lasting, { cause: error })
}

/** Whether the transaction came to nothing for the sake of another one, and may be done again from its beginning. */
export function isBeaten(error: unknown): boolean {
  const state = stateOf(error)
  return state === '40001' || state === '40P01'
}

function away(error: ConnectionLost): HubError {
  return new HubError('unavailable', 'The database does not answer. Try again in a moment.', {
    cause: error,
    retryAfter: RETRY_SECONDS,
  })
}

/** The SQLSTATE that the database answered with. */
export function stateOf(error: unknown): string | undefined {
  return error instanceof Error &&
    'severity' in error &&
    'code' in error &&
    typeof error.code === 'string'
    ? error.code
    : undefined
}
