import type * as z from 'zod'

import type { AnyEndpoint, Endpoint } from './endpoint.ts'
import { ErrorBody } from './models.ts'
import { PAGE_MEDIA_TYPE, type pageOrItems } from './paging.ts'

/** How a call gets to the hub: by a browser's fetch, or over the operator's socket. */
export type Send = (request: {
  readonly method: string
  readonly path: string
  readonly body: string | null
  /** What may come back, when it is not what usually does. */
  readonly accept?: string
}) => Promise<{ readonly status: number; readonly text: string }>

/** The hub refused. The message is for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What goes into the path and the query. */
type Parameters = Readonly<Record<string, string | number>>

/** Calls one operation of the API. @throws ApiError */
export async function call<
  Params extends z.ZodType,
  Body extends z.ZodType,
  Output extends z.ZodType,
>(
  send: Send,
  { method, path, output }: Endpoint<Params, Body, Output>,
  { params = {}, body }: { readonly params?: Parameters; readonly body?: z.input<Body> },
): Promise<z.output<Output>> {
  return output.parse(await answerTo(send, { method, path, params, body }))
}

/** Calls an operation that lists: one page, with its place among all. @throws ApiError */
export async function callPage<Params extends z.ZodType, Items extends z.ZodType>(
  send: Send,
  { method, path, output }: Endpoint<Params, z.ZodType, ReturnType<typeof pageOrItems<Items>>>,
  { params = {} }: { readonly params?: Parameters },
) {
  const answer = await answerTo(send, { method, path, params, accept: PAGE_MEDIA_TYPE })
  return output.options[1].parse(answer)
}

/** The path of an operation with its parameters, query included. */
export function pathOf({ path }: Pick<AnyEndpoint, 'path'>, params: Parameters = {}): string {
  return `/hub/api${fill(path, { ...params })}`
}

async function answerTo(
  send: Send,
  {
    method,
    path,
    params,
    body,
    accept,
  }: {
    readonly method: string
    readonly path: string
    readonly params: Parameters
    readonly body?: unknown
    readonly accept?: string
  },
): Promise<unknown> {
  const answer = await send({
    method,
    path: pathOf({ path }, params),
    body: body === undefined ? null : JSON.stringify(body),
    ...(accept !== undefined && { accept }),
  })
  if (answer.status >= 400)
    throw new ApiError(answer.status, messageIn(answer.text) ?? `the hub answered ${answer.status}`)
  const read: unknown = answer.text === '' ? undefined : JSON.parse(answer.text)
  return read
}

/** Puts parameters into the path; those that have no place there go into the query. An empty server name has a path of its own. */
function fill(path: string, params: Parameters): string {
  const rest = new Map(Object.entries(params))
  const shape = params['server'] === '' ? path.replace('/servers/:server', '/server') : path
  const filled = shape.replaceAll(/:([a-z]+)/g, (_, name: string) => {
    const value = encodeURIComponent(String(params[name] ?? ''))
    rest.delete(name)
    return value
  })
  rest.delete('server')
  const query = new URLSearchParams(
    [...rest].map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  return query === '' ? filled : `${filled}?${query}`
}

function messageIn(text: string): string | undefined {
  try {
    return ErrorBody.parse(JSON.parse(text)).message
  } catch {
    return undefined
  }
}
