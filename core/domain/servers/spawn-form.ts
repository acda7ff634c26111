import { HubError } from '../errors.ts'

/** What a server was started with, as the form or the API gave it. JSON. */
export type UserOptions = Readonly<Record<string, unknown>>

interface FormChoice {
  readonly value: string
  readonly label: string
}

/** One field of the form that people fill in before a server starts. */
export type FormField = FieldFacts & FieldType

interface FieldFacts {
  /** Its key in the options. */
  readonly name: string
  readonly label: string
  readonly help: string
  /** The environment variable that gets the value. */
  readonly environment?: string | undefined
  /** The setting of the server that the value takes the place of. */
  readonly setting?: 'default_url' | undefined
}

type FieldType =
  | { readonly type: 'text'; readonly default: string; readonly longest: number }
  | {
      readonly type: 'number'
      readonly default?: number | undefined
      readonly min?: number | undefined
      readonly max?: number | undefined
    }
  | {
      readonly type: 'choice'
      readonly choices: readonly FormChoice[]
      readonly default?: string | undefined
    }
  | {
      readonly type: 'multi'
      readonly choices: readonly FormChoice[]
      readonly default: readonly string[]
    }
  | { readonly type: 'boolean'; readonly default: boolean }

type FieldValue = string | number | boolean | readonly string[]

const LONGEST_OPTIONS = 64 * 1024
const DEEPEST_OPTIONS = 32

/**
 * The options of a start. Under a form: every field, of its type; what is not given has its default, and what is no field is
 * refused. Without one they are taken as they are. Nothing given at all: what the server had before, where that is still allowed.
 * @throws HubError `invalid`, with the field
 */
export function readOptions(
  form: readonly FormField[],
  given: UserOptions | undefined,
  remembered: UserOptions,
): UserOptions {
  if (form.length === 0) return given === undefined ? remembered : sane(given)
  if (given === undefined)
    return Object.fromEntries(
      form.map((field) => {
        const before = remembered[field.name]
        const holds = before !== undefined && mistakeIn(field, before) === undefined
        return [field.name, holds ? before : defaultOf(field)]
      }),
    )
  const known = new Set(form.map(({ name }) => name))
  for (const name of Object.keys(given))
    if (!known.has(name))
      throw new HubError('invalid', `user_options.${name}: is no field of the form`)
  return Object.fromEntries(
    form.map((field) => {
      const value = given[field.name]
      if (value === undefined) return [field.name, defaultOf(field)]
      const mistake = mistakeIn(field, value)
      if (mistake !== undefined)
        throw new HubError('invalid', `user_options.${field.name}: ${mistake}`)
      return [field.name, value]
    }),
  )
}

/**
 * The options that a posted form, or the query of a link, gives: each key may stand several times. `complete`: every field was
 * on the page, so that a box that is not ticked is not there. Without a form: texts, and lists of them.
 */
export function optionsOfFields(
  form: readonly FormField[],
  fields: ReadonlyMap<string, readonly string[]>,
  { complete }: { readonly complete: boolean },
): UserOptions {
  if (form.length === 0)
    return Object.fromEntries(
      [...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
    )
  const known = new Map(form.map((field) => [field.name, field]))
  const read = [...fields].map(([name, values]): [string, unknown] => {
    const field = known.get(name)
    return [name, field ? typed(field, values) : values]
  })
  const unticked = (complete ? form : []).flatMap(({ name, type }): [string, unknown][] => {
    if (fields.has(name)) return []
    if (type === 'boolean') return [[name, false]]
    return type === 'multi' ? [[name, []]] : []
  })
  return Object.fromEntries([...read, ...unticked])
}

/** What the options put into the server's environment, and in the place of which settings. */
export function effectsOf(
  form: readonly FormField[],
  options: UserOptions,
): { readonly environment: Record<string, string>; readonly defaultUrl: string | undefined } {
  const environment: Record<string, string> = {}
  let defaultUrl: string | undefined
  for (const field of form) {
    const value = options[field.name]
    // The form may have changed since they were chosen.
    if (value === undefined || mistakeIn(field, value) !== undefined) continue
    const text = textOf(value)
    if (field.environment !== undefined) environment[field.environment] = text
    if (field.setting === 'default_url' && text !== '') defaultUrl = text
  }
  return { environment, defaultUrl }
}

/** As it stands in the environment. What a field allows is a text, a number, yes or no, or a list of texts. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function typed(field: FormField, values: readonly string[]): unknown {
  const last = values.at(-1) ?? ''
  switch (field.type) {
    case 'multi':
      return values
    case 'boolean':
      return /^(?:true|on|1|yes)$/i.test(last)
        ? true
        : /^(?:false|off|0|no|)$/i.test(last)
          ? false
          : last
    case 'number':
      return last.trim() === '' ? undefined : Number.isFinite(Number(last)) ? Number(last) : last
    case 'text':
    case 'choice':
      return last
  }
}

function defaultOf(field: FormField): FieldValue {
  switch (field.type) {
    case 'number':
      return field.default ?? Math.max(field.min ?? -Infinity, Math.min(0, field.max ?? Infinity))
    case 'choice':
      return field.default ?? field.choices[0]?.value ?? ''
    case 'text':
    case 'multi':
    case 'boolean':
      return field.default
  }
}

function mistakeIn(field: FormField, value: unknown): string | undefined {
  switch (field.type) {
    case 'text':
      return mistakeInText(field, value)
    case 'number':
      return mistakeInNumber(field, value)
    case 'choice':
      return isOneOf(field.choices, value) ? undefined : `must be one of ${listed(field.choices)}`
    case 'multi':
      return Array.isArray(value) &&
        value.every((one) => isOneOf(field.choices, one)) &&
        new Set(value).size === value.length
        ? undefined
        : `must be a list of ${listed(field.choices)}, each once`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false'
  }
}

function mistakeInNumber(
  { min = -Infinity, max = Infinity }: FormField & { readonly type: 'number' },
  value: unknown,
): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number'
  if (value < min) return `must be at least ${min}`
  return value > max ? `must be at most ${max}` : undefined
}

function mistakeInText(
  { longest, setting }: FormField & { readonly type: 'text' },
  value: unknown,
): string | undefined {
  if (typeof value !== 'string') return 'must be a text'
  if (value.length > longest) return `has more than ${longest} characters`
  if (/\p{Cc}|\p{Cs}/u.test(value)) return 'holds characters that cannot be shown'
  return setting === 'default_url' && value !== '' && !value.startsWith('/')
    ? 'must begin with a slash'
    : undefined
}

function isOneOf(choices: readonly FormChoice[], value: unknown): boolean {
  return choices.some((choice) => choice.value === value)
}

function listed(choices: readonly FormChoice[]): string {
  return choices.map(({ value }) => value).join(', ')
}

/** Bounds what nobody has declared: whoever stores or shows it must not fall over it. */
function sane(options: UserOptions): UserOptions {
  let level: readonly unknown[] = [options]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST_OPTIONS)
      throw new HubError('invalid', `user_options: nested more than ${DEEPEST_OPTIONS} deep`)
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    )
  }
  if (JSON.stringify(options).length > LONGEST_OPTIONS)
    throw new HubError('invalid', `user_options: more than ${LONGEST_OPTIONS / 1024} KiB`)
  return options
}
