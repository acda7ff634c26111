import { HubError } from '#core/domain/errors.ts'

import { readPostgresError } from './postgres-error.ts'
import { readSqliteError } from './sqlite-error.ts'

/** Runs a piece of work on the store; what the database refuses is told in the hub's words. */
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
  return read(error) === 'taken'
}

function translated(error: unknown): unknown {
  const refusal = read(error)
  if (refusal === 'taken')
    return new HubError('already_exists', 'that is there already', { cause: error })
  // Every reference of a row leads to the person whose it is.
  if (refusal === 'no owner')
    return new HubError('not_found', 'there is no such person', { cause: error })
  return refusal ?? error
}

function read(error: unknown) {
  return readSqliteError(error) ?? readPostgresError(error)
}
