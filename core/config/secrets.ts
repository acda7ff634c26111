import * as z from 'zod'

import { unwrap } from './settings-list.ts'

/** Stands where a secret is not shown. */
export const HIDDEN = '(hidden)'

/** A copy of what the file says under a schema, without the secrets in it. What is empty is no secret. */
export function withoutSecrets(schema: z.ZodType, value: unknown): unknown {
  const { type, facts } = unwrap(schema)
  if (facts.secret === true) return hidden(value)
  if (type instanceof z.ZodObject)
    return mapValues(value, (each, key) => {
      const inner: unknown = type.shape[key]
      return inner instanceof z.ZodType ? withoutSecrets(inner, each) : each
    })
  if (type instanceof z.ZodRecord && type.valueType instanceof z.ZodType) {
    const inner = type.valueType
    return mapValues(value, (each) => withoutSecrets(inner, each))
  }
  if (type instanceof z.ZodArray && Array.isArray(value)) {
    const { element } = type
    return element instanceof z.ZodType ? value.map((each) => withoutSecrets(element, each)) : value
  }
  return value
}

/** Of a group of names and texts the names are still shown. */
function hidden(value: unknown): unknown {
  if (value === '' || value === undefined || value === null) return value
  return typeof value === 'object' && !Array.isArray(value)
    ? mapValues(value, () => HIDDEN)
    : HIDDEN
}

function mapValues(value: unknown, change: (each: unknown, key: string) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, change(each, key)]))
}
