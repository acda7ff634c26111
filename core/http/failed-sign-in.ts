import type { FastifyReply } from 'fastify'

const failed = new WeakSet<Error>()

/** Somebody tried to show who he is, and did not. */
export function noteFailedSignIn(error: Error): void {
  failed.add(error)
}

/**
 * Tells the proxy that the try failed: it counts those of each address, and holds whoever fails too often back before he costs the
 * hub anything. The proxy takes the header out.
 */
export function tellFailedSignIn(reply: FastifyReply, error: unknown): void {
  if (error instanceof Error && failed.has(error)) void reply.header('bulkhead-sign-in', 'failed')
}
