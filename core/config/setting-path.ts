import * as z from 'zod'

import { ConfigError } from './config-error.ts'
import { Settings } from './schema.ts'
import { nearest } from './nearest.ts'
import { unwrap } from './settings-list.ts'

/** A place in the settings: where it stands in the file, and what may stand there. */
export interface SettingPlace {
  readonly name: string
  readonly path: readonly (string | number)[]
  readonly schema: z.ZodType
  /** Whether it or what it lies in must not be shown. */
  readonly secret: boolean
}

/**
 * Reads a name such as `culling.idle_after`, `groups.course-1.users` or `roles.teacher.scopes`, where entries of a list are called
 * by their `name`, or by their place from 0. `raw` is what the file says. A name with a dot in it may stand as it is, or in double quotes.
 * @throws ConfigError for what is no setting, and for an entry that a list does not have
 */
export function findSetting(name: string, raw: unknown): SettingPlace {
  const found = walk({ schema: Settings, raw, path: [], secret: false }, segmentsOf(name))
  if ('path' in found) return { name, ...found }
  throw new ConfigError(found.mistake ?? `${name} is not a setting${nearest(name)}`)
}

interface Step {
  readonly schema: z.ZodType
  readonly raw: unknown
  readonly path: readonly (string | number)[]
  readonly secret: boolean
}

type Found = Omit<SettingPlace, 'name'> | { readonly mistake?: string }

function walk(step: Step, segments: readonly string[]): Found {
  const { type, facts } = unwrap(step.schema)
  const here = { ...step, secret: step.secret || facts.secret === true }
  const [first, ...rest] = segments
  if (first === undefined) return { path: here.path, schema: here.schema, secret: here.secret }
  if (type instanceof z.ZodObject) {
    const inner: unknown = Object.hasOwn(type.shape, first) ? type.shape[first] : undefined
    return inner instanceof z.ZodType ? walk(below(here, inner, first), rest) : {}
  }
  if (type instanceof z.ZodRecord && type.valueType instanceof z.ZodType)
    return walkNames(here, type.valueType, segments)
  if (type instanceof z.ZodArray && type.element instanceof z.ZodType)
    return walkList(here, type.element, segments)
  if (type instanceof z.ZodDiscriminatedUnion) return walkVariant(here, type, segments)
  return {}
}

/** Names may hold dots: the shortest that leaves something which is a setting is meant. */
function walkNames(here: Step, value: z.ZodType, segments: readonly string[]): Found {
  for (let length = 1; length <= segments.length; length++) {
    const name = segments.slice(0, length).join('.')
    const found = walk(below(here, value, name), segments.slice(length))
    if ('path' in found) return found
  }
  return {}
}

function walkList(here: Step, element: z.ZodType, segments: readonly string[]): Found {
  const entries: readonly unknown[] = Array.isArray(here.raw) ? here.raw : []
  for (let length = 1; length <= segments.length; length++) {
    const name = segments.slice(0, length).join('.')
    const index = entries.findIndex((entry) => nameOf(entry) === name)
    if (index >= 0) return walk(below(here, element, index), segments.slice(length))
  }
  const numbered = /^\d{1,6}$/.test(segments[0] ?? '') ? Number(segments[0]) : entries.length
  if (numbered < entries.length) return walk(below(here, element, numbered), segments.slice(1))
  const { type } = unwrap(element)
  if (!(type instanceof z.ZodObject || type instanceof z.ZodDiscriminatedUnion)) return {}
  const list = here.path.join('.')
  return {
    mistake: `${list} has no entry with the name ${segments[0]}. To make one: bulkhead config add ${list} '{ name: ${segments[0]}, … }'`,
  }
}

/** Of several shapes the one whose key `type` the entry has. */
function walkVariant(
  here: Step,
  type: z.ZodDiscriminatedUnion,
  segments: readonly string[],
): Found {
  const fitting = type.options.find(
    (option) =>
      option instanceof z.ZodObject &&
      option.shape['type'] instanceof z.ZodLiteral &&
      option.shape['type'].value === Reflect.get(Object(here.raw), 'type'),
  )
  return fitting instanceof z.ZodType ? walk({ ...here, schema: fitting }, segments) : {}
}

function below({ raw, path, secret }: Step, schema: z.ZodType, key: string | number): Step {
  const held: unknown =
    typeof raw === 'object' && raw !== null && Object.hasOwn(raw, key)
      ? Reflect.get(raw, key)
      : undefined
  return { schema, raw: held, path: [...path, key], secret }
}

/** What an entry of a list is called: by its `name`, or as it stands. */
export function nameOf(entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined
}

/** Splits at dots, but not within double quotes. */
function segmentsOf(name: string): readonly string[] {
  return [...name.matchAll(/(?:^|\.)(?:"([^"]*)"|([^.]*))/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  )
}
