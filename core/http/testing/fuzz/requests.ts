import fc from 'fast-check'

import type { Json, Operation, OpenApi } from '#core/contract/openapi.ts'

import { anyJson, oddText, valuesOf } from './values.ts'

/** One request of a fuzzing run. */
export interface FuzzRequest {
  /** With its query, below `/hub/api`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Names that exist in the hub that is asked, by the name of the parameter, or by that and the part before it: `tokens/id`. */
export type Known = Readonly<Record<string, readonly string[]>>

/** What may come as one operation: mostly well-formed, with names that exist; else bent in one way or another. */
export function requestsOf(
  document: OpenApi,
  {
    path,
    operation,
    known,
  }: { readonly path: string; readonly operation: Operation; readonly known: Known },
): fc.Arbitrary<FuzzRequest> {
  const { schemas } = document.components
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path')
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query')
  return fc
    .record({
      path: fc
        .tuple(
          ...inPath.map(({ name, schema }) =>
            segments(namesOf(known, path, name), valuesOf(schema, schemas)),
          ),
        )
        .map((values) =>
          inPath.reduce(
            (filled, { name }, index) => filled.replace(`{${name}}`, values[index] || EMPTY),
            path,
          ),
        ),
      query: queries(
        inQuery.map(({ name, schema, required }) => ({ name, required, schema })),
        schemas,
        known,
      ),
      body: bodies(operation, schemas),
      accept: fc.constantFrom('', '', 'application/jupyterhub-pagination+json', 'text/html', '*/*'),
    })
    .map(({ path: filled, query, body, accept }) => ({
      path: query === '' ? filled : `${filled}?${query}`,
      headers: {
        ...(accept !== '' && { accept }),
        ...(body?.type !== undefined && { 'content-type': body.type }),
      },
      body: body?.text,
    }))
}

/** What a parameter of a path may be called. */
export function namesOf(known: Known, path: string, name: string): readonly string[] {
  const before = path.split('/').at(path.split('/').indexOf(`{${name}}`) - 1)
  return known[`${before}/${name}`] ?? known[name] ?? []
}

/** One part of a path, encoded. */
function segments(names: readonly string[], good: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.oneof(
    ...(names.length > 0 ? [{ weight: 6, arbitrary: fc.constantFrom(...names) }] : []),
    { weight: 2, arbitrary: good.map((value) => encoded(String(value))) },
    { weight: 2, arbitrary: oddText.map(encoded) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('%ff', '%C0%AF', '%', '%2F', '%00', '%E0%80', ';', '@'),
    },
  )
}

/** Half a surrogate pair has no encoding; it becomes what browsers make of it. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function queries(
  parameters: readonly {
    readonly name: string
    readonly required: boolean
    readonly schema: Json
  }[],
  schemas: Readonly<Record<string, Json>>,
  known: Known,
): fc.Arbitrary<string> {
  const values = Object.fromEntries(
    parameters.map(({ name, schema }) => [
      name,
      segments(known[name] ?? [], valuesOf(schema, schemas)),
    ]),
  )
  const requiredKeys = parameters.filter(({ required }) => required).map(({ name }) => name)
  return fc
    .tuple(
      fc.record(values, { requiredKeys }),
      fc.option(fc.tuple(oddText, oddText), { freq: 10, nil: undefined }),
      fc.boolean(),
    )
    .map(([good, more, twice]) => {
      const pairs = Object.entries(good).map(([name, value]) => `${name}=${value}`)
      return [
        ...pairs,
        ...(twice ? pairs.slice(0, 1) : []),
        ...(more ? [`${encoded(more[0])}=${encoded(more[1])}`] : []),
      ].join('&')
    })
}

interface Body {
  readonly text: string
  readonly type: string | undefined
}

/** For an empty part of a path, which would make it another path. */
const EMPTY = '%20'

const FORM = 'application/x-www-form-urlencoded'

function bodies(
  { requestBody }: Operation,
  schemas: Readonly<Record<string, Json>>,
): fc.Arbitrary<Body | undefined> {
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const good = media ? valuesOf(media.schema, schemas) : fc.constant({})
  if (type === FORM) return good.map((value) => ({ text: formOf(value), type }))
  const types = fc.constantFrom('application/json', undefined, 'text/plain')
  return fc.oneof(
    {
      weight: media ? 6 : 1,
      arbitrary: good.map((value) => ({ text: json(value), type: 'application/json' })),
    },
    { weight: media ? 1 : 6, arbitrary: fc.constant(undefined) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(good.chain(bent), types)
        .map(([value, as]) => ({ text: json(value), type: as })),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(good.chain(broken), types).map(([text, as]) => ({ text, type: as })),
    },
  )
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? 'null'
}

function formOf(value: unknown): string {
  const pairs = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return pairs
    .flatMap(([name, item]: [string, unknown]) =>
      [item].flat().map((one) => `${name}=${encoded(String(one))}`),
    )
    .join('&')
}

/** The same with one thing wrong: another type, a field too many, one too few, another shape altogether. */
function bent(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return anyJson
  const entries = Object.entries(value)
  const wrong = entries.map(([name]) => anyJson.map((other) => ({ ...value, [name]: other })))
  const less = entries.map(([name]) =>
    fc.constant(Object.fromEntries(entries.filter(([other]) => other !== name))),
  )
  const more = fc.tuple(oddText, anyJson).map(([name, other]) => ({ ...value, [name]: other }))
  return fc.oneof(...wrong, ...less, more, anyJson)
}

/** What is no JSON, or JSON of a kind that parsers read in two ways. */
function broken(value: unknown): fc.Arbitrary<string> {
  const text = json(value)
  return fc.oneof(
    fc.nat({ max: Math.max(text.length - 1, 0) }).map((at) => text.slice(0, at)),
    fc.constantFrom(
      text.replace('{', '{"__proto__":{"admin":true},'),
      text.replace('{', '{"admin":false,"admin":true,'),
      `${text}${text}`,
      `\uFEFF${text}`,
      '\0',
      'null',
      'NaN',
      '[' + '['.repeat(20_000),
      `{"name":"${'n'.repeat(100_000)}"}`,
    ),
    oddText,
  )
}
