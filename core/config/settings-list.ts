import * as z from 'zod'

import { Settings } from './schema.ts'
import type { SettingFacts } from './schema/setting-facts.ts'

/** One setting, as its schema has it. Lists and things by name (groups, roles, …) are one setting each. */
export interface Setting extends SettingFacts {
  readonly path: readonly string[]
  /** The path with dots, as people write it. */
  readonly name: string
  readonly description: string
  /** As it would stand in the file; undefined where there is none. */
  readonly default: unknown
  readonly schema: z.ZodType
  /** What it is made of, without defaults and the like. */
  readonly type: z.ZodType
}

/** A schema without its wrappers, and what they say. */
export interface Unwrapped {
  readonly type: z.ZodType
  readonly facts: SettingFacts & { readonly description?: string | undefined }
  readonly default: unknown
  readonly optional: boolean
}

export function unwrap(schema: z.ZodType): Unwrapped {
  const own = z.globalRegistry.get(schema) ?? {}
  const inner = innerOf(schema)
  if (!inner) return { type: schema, facts: own, default: undefined, optional: false }
  const below = unwrap(inner)
  const wraps = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
  return {
    type: below.type,
    facts: { ...below.facts, ...own },
    default: wraps ? schema.def.defaultValue : below.default,
    optional: wraps || schema instanceof z.ZodOptional || below.optional,
  }
}

function innerOf(schema: z.ZodType): z.ZodType | undefined {
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional
  )
    return asType(schema.unwrap())
  if (!(schema instanceof z.ZodPipe)) return undefined
  return schema.out instanceof z.ZodTransform ? asType(schema.in) : asType(schema.out)
}

const asType = (schema: unknown) => (schema instanceof z.ZodType ? schema : undefined)

/** Every setting, in the order of the manual. */
export const SETTINGS: readonly Setting[] = settingsIn(Settings, [])

function settingsIn(schema: z.ZodType, path: readonly string[]): readonly Setting[] {
  const { type, facts, default: usual } = unwrap(schema)
  if (type instanceof z.ZodObject)
    return Object.entries(type.shape).flatMap(([key, each]) => settingsIn(each, [...path, key]))
  return [
    {
      ...facts,
      path,
      name: path.join('.'),
      description: facts.description ?? '',
      default: usual,
      schema,
      type,
    },
  ]
}

/** What stands at a path of plain objects; undefined where nothing does. */
export function valueAt(holder: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isHolder(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    holder,
  )
}

/** A copy with another value at a path; undefined takes away what is there. */
export function withValueAt(holder: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  const held = isHolder(holder) ? holder : {}
  const next = withValueAt(held[key], rest, value)
  const { [key]: _old, ...others } = held
  // Nothing is left below: a section that was only made for it goes with it.
  return next === undefined || (rest.length > 0 && isEmpty(next) && value === undefined)
    ? others
    : { ...others, [key]: next }
}

const isEmpty = (value: unknown) => isHolder(value) && Object.keys(value).length === 0

function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
