import { CALLERS, type CallerName } from './callers.ts'

/** One request that both hubs get. */
export interface Case {
  /** Who asks: a caller; `ann by cookie` (a browser), `ann by page` (a browser's page, with its XSRF token). */
  readonly as: string
  readonly method: string
  /** Below `/hub/api`, or, after an `@`, from the root. */
  readonly path: string
  /** An object is sent as JSON, a text as it is. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Values of the answer that later cases name in braces: name → dotted path. */
  readonly remember?: Readonly<Record<string, string>>
}

interface More {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly remember?: Readonly<Record<string, string>>
}

/** `call('ada', 'POST /users/cyd', { body: {} })` */
export function call(as: string, line: string, more: More = {}): Case {
  const [method = '', path = ''] = line.split(' ')
  return { as, method, path, ...more }
}

/** The same request by every kind of caller, those who may most last. */
export function sweep(
  line: string,
  more: More = {},
  callers: readonly CallerName[] = CALLERS,
): readonly Case[] {
  return callers.map((as) => call(as, line, more))
}

/** The same request by one caller with one body after the other. */
export function bodies(as: string, line: string, all: readonly unknown[]): readonly Case[] {
  return all.map((body) => call(as, line, { body }))
}
