import fc from 'fast-check'

import type { OpenApi, Operation } from '#core/contract/openapi.ts'

import { exampleOf } from './examples.ts'
import type { FuzzTarget } from './furnish.ts'
import { Judge } from './judge.ts'
import { type FuzzRequest, type Known, requestsOf } from './requests.ts'

export interface FuzzedOperation {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

/** How often each status came. */
export type Tally = ReadonlyMap<number, number>

export function operationsOf(document: OpenApi): readonly FuzzedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  )
}

/**
 * Sends `runs` requests that the document brings forth, good ones and bent ones, and holds every answer to it.
 * @throws the smallest request found that is answered by a 5xx or by what the document does not have
 */
export async function fuzz(
  target: FuzzTarget,
  document: OpenApi,
  {
    asked: { method, path, operation },
    headers,
    known,
    runs,
    seed,
  }: {
    readonly asked: FuzzedOperation
    readonly headers: Readonly<Record<string, string>>
    readonly known: Known
    readonly runs: number
    readonly seed: number
  },
): Promise<Tally> {
  const judge = new Judge(document)
  const tally = new Map<number, number>()
  const example = exampleOf(method, path, operation, known)
  await fc.assert(
    fc.asyncProperty(
      requestsOf(document, { path, operation, known }),
      async (request: FuzzRequest) => {
        const answer = await target.ask(`/hub/api${request.path}`, {
          method,
          headers: { ...request.headers, ...headers },
          ...(request.body !== undefined && { body: request.body }),
        })
        tally.set(answer.status, (tally.get(answer.status) ?? 0) + 1)
        const fault = judge.faultOf(operation, answer)
        if (fault !== undefined) throw new Error(`${method} ${request.path}: ${fault}`)
      },
    ),
    { numRuns: runs, seed, examples: [[example]], endOnFailure: false },
  )
  return tally
}
