import type * as z from 'zod'

/** One operation of the REST API, as data: the server mounts it, clients call it, documents come from it. */
export interface Endpoint<
  Params extends z.ZodType,
  Body extends z.ZodType,
  Output extends z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Below `/hub/api`, with `:name` for parameters. */
  readonly path: string
  readonly summary: string
  /** A caller needs one of these; the empty list: anyone. A scope that is held for something else only answers 404. */
  readonly scopes: readonly string[]
  /** A list of what the caller's scopes reach: filters narrow it. Everything else without a name in its path needs a scope without a filter. */
  readonly lists?: boolean
  /** A scope that is held for something else answers 403 here, as JupyterHub does. */
  readonly tellsApart?: boolean
  /** What a call is called in the audit log; null: nothing that the log is for, such as a report of activity. Every operation that changes something says one of both. */
  readonly audit?: string | null
  readonly params: Params
  readonly body: Body
  readonly output: Output
  readonly status: number
  /** Other statuses of success, and what each means: 201 where 202 is usual. */
  readonly also?: Readonly<Record<number, string>>
  /** What refusals look like, where another protocol says it. */
  readonly refusal?: z.ZodType
  /** Though it takes no scope, it takes a credential that holds. */
  readonly known?: boolean
  /** Of a body that is not JSON, such as a form. */
  readonly bodyMedia?: string
  /** Of an answer that is not JSON, such as `text/event-stream`. */
  readonly media?: string
}

/** An operation whatever its shapes are. */
export type AnyEndpoint = Endpoint<z.ZodType, z.ZodType, z.ZodType>

export function endpoint<
  Params extends z.ZodType,
  Body extends z.ZodType,
  Output extends z.ZodType,
>(described: Endpoint<Params, Body, Output>): Endpoint<Params, Body, Output> {
  return described
}
