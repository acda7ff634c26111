import fc from 'fast-check'

import type { Json } from '#core/contract/openapi.ts'

/** A text that somebody who means no good would send, or somebody with an odd keyboard. */
export const oddText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  fc.constantFrom(
    '',
    ' ',
    '.',
    '..',
    '\0',
    'a\0b',
    '\u202Etxt',
    'İstanbul',
    'ﬀ',
    'e\u0301',
    '\uD800',
    '\uFEFFada',
    '__proto__',
    'constructor',
    '<script>alert(1)</script>',
    "'; DROP TABLE users; --",
    '%00',
    '../../etc/passwd',
    'n'.repeat(3000),
    '🧪'.repeat(600),
  ),
)

/** Any JSON, nested up to a depth that is no longer a joke. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  oddText,
  fc.constantFrom(0, -1, 1e308, 1.5, 2 ** 53, null, true, [], {}),
  fc.integer({ min: 1, max: 3000 }).map(nested),
)

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** Makes values of a part of a schema. */
type Inner = (part: unknown) => fc.Arbitrary<unknown>

const OF_TYPE: Readonly<Record<string, (schema: Json, inner: Inner) => fc.Arbitrary<unknown>>> = {
  string: texts,
  integer: numbers,
  number: numbers,
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  array: ({ items = {}, minItems = 0 }, inner) =>
    fc.array(inner(items), { minLength: Number(minItems), maxLength: 3 }),
  object: objects,
}

/** Values that a schema of the document allows. */
export function valuesOf(
  schema: Json,
  schemas: Readonly<Record<string, Json>>,
  depth = 0,
): fc.Arbitrary<unknown> {
  const inner: Inner = (part) => valuesOf(part as Json, schemas, depth + 1)
  const { $ref, anyOf, oneOf, type } = schema
  if (depth > 8) return fc.constant(null)
  if (typeof $ref === 'string')
    return inner(schemas[$ref.replace('#/components/schemas/', '')] ?? {})
  if ('const' in schema) return fc.constant(schema['const'])
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]))
  const choices = anyOf ?? oneOf
  if (Array.isArray(choices)) return fc.oneof(...choices.map(inner))
  if (Array.isArray(type))
    return fc.oneof(...type.map((one: unknown) => inner({ ...schema, type: one })))
  return OF_TYPE[String(type)]?.(schema, inner) ?? anyJson
}

function texts(schema: Json): fc.Arbitrary<unknown> {
  const { format, pattern, minLength = 0, maxLength = 60 } = schema
  if (format === 'date-time')
    return fc
      .date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString())
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern))
  return fc.string({
    unit: 'grapheme',
    minLength: Number(minLength),
    maxLength: Math.max(Number(minLength), Math.min(Number(maxLength), 60)),
  })
}

function numbers({ type, minimum, maximum, exclusiveMinimum }: Json): fc.Arbitrary<unknown> {
  const least = exclusiveMinimum === undefined ? minimum : Number(exclusiveMinimum) + 1
  const between = { min: Number(least ?? -1000), max: Number(maximum ?? 1_000_000_000) }
  return type === 'integer' ? fc.integer(between) : fc.double({ ...between, noNaN: true })
}

function objects(
  schema: Json,
  inner: (part: unknown) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const {
    properties = {},
    required = [],
    additionalProperties,
  } = schema as {
    properties?: Record<string, unknown>
    required?: string[]
    additionalProperties?: unknown
  }
  const named = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inner(part)])),
    { requiredKeys: required },
  )
  if (typeof additionalProperties !== 'object' || additionalProperties === null) return named
  return fc
    .tuple(
      named,
      fc.dictionary(fc.string({ maxLength: 8 }), inner(additionalProperties), { maxKeys: 3 }),
    )
    .map(([known, more]) => ({ ...more, ...known }))
}
