import type { FastifyError } from 'fastify'
import * as z from 'zod'

import { randomHex } from '#core/base/random.ts'
import { type ErrorCode, HubError } from '#core/domain/errors.ts'

/** The only place where a refusal becomes a status. */
const statusOf = {
  already_exists: 409,
  conflict: 400,
  forbidden: 403,
  invalid: 400,
  not_allowed: 405,
  not_found: 404,
  not_signed_in: 403,
  too_many: 429,
  unavailable: 503,
} as const satisfies Record<ErrorCode, number>

/** What a client is told of an error. */
export interface Refusal {
  readonly status: number
  readonly message: string
  /** Finds the log's entry of something unforeseen. */
  readonly id: string | null
  readonly retryAfter: number | undefined
}

/**
 * What to answer for anything that was thrown. A refusal of ours and a malformed request say why; of everything else
 * the client learns only an id, and `report` gets the rest.
 */
export function refusalOf(error: unknown, report: (id: string, error: unknown) => void): Refusal {
  if (error instanceof HubError) {
    if (error.code === 'unavailable') report('', error)
    return {
      status: statusOf[error.code],
      message: error.message,
      id: null,
      retryAfter: error.retryAfter,
    }
  }
  if (error instanceof z.ZodError) return plain(400, z.prettifyError(error))
  if (isFastifyError(error) && error.statusCode !== undefined && error.statusCode < 500)
    return plain(error.statusCode, error.message)
  const id = randomHex(4)
  report(id, error)
  return {
    status: 500,
    message: `Something went wrong here. The log of the hub has the details under ${id}.`,
    id,
    retryAfter: undefined,
  }
}

const plain = (status: number, message: string): Refusal => ({
  status,
  message,
  id: null,
  retryAfter: undefined,
})

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
}
