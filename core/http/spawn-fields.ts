import type { PageOf } from '#core/contract/pages.ts'
import {
  type FormField,
  optionsOfFields,
  readOptions,
  type UserOptions,
} from '#core/domain/servers/spawn-form.ts'

/** What a page's address and form say besides options. */
const RESERVED = new Set(['next', '_xsrf', '_form', 'display_name', 'redirects'])
/** A link says options under such names (JupyterHub's form). */
const PREFIX = 'opt-'

type Fields = ReadonlyMap<string, readonly string[]>

/** The options that a link says, `?opt-size=large`; undefined when it says none. */
export function optionsOfLink(form: readonly FormField[], query: unknown): UserOptions | undefined {
  const said = fieldsOf(query)
  const own = [...said].filter(([name]) => name.startsWith(PREFIX))
  // An older form has no prefix; then only what is a field of ours can be meant.
  const known = new Set(form.map(({ name }) => name))
  const fields: Fields = new Map(
    own.length > 0
      ? own.map(([name, values]) => [name.slice(PREFIX.length), values])
      : [...said].filter(([name]) => known.has(name)),
  )
  return fields.size === 0 ? undefined : optionsOfFields(form, fields, { complete: false })
}

/** The options that were posted; undefined for a mere button, beside which no field stood. */
export function optionsOfPost(form: readonly FormField[], body: unknown): UserOptions | undefined {
  const fields = fieldsOf(body)
  const complete = typeof body === 'object' && body !== null && '_form' in body
  return fields.size === 0 && !complete ? undefined : optionsOfFields(form, fields, { complete })
}

/** The fields as the page shows them: with what was typed, or what the server had before. */
export function shownFields(
  form: readonly FormField[],
  typed: UserOptions | undefined,
  remembered: UserOptions,
): PageOf<'spawn'>['fields'] {
  const before = readOptions(form, undefined, remembered)
  return form.map((field) => ({
    name: field.name,
    label: field.label,
    help: field.help,
    type: field.type,
    choices: 'choices' in field ? [...field.choices] : [],
    min: field.type === 'number' ? (field.min ?? null) : null,
    max: field.type === 'number' ? (field.max ?? null) : null,
    longest: field.type === 'text' ? field.longest : null,
    value: textsOf(typed?.[field.name] ?? before[field.name]),
  }))
}

function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map((one) => (typeof one === 'string' ? one : ''))
  return value === undefined || value === null
    ? []
    : [typeof value === 'string' ? value : JSON.stringify(value)]
}

function fieldsOf(source: unknown): Fields {
  const entries = typeof source === 'object' && source !== null ? Object.entries(source) : []
  return new Map(
    entries
      .filter(([name]) => !RESERVED.has(name))
      .map(([name, value]: [string, unknown]) => [
        name,
        [value].flat().filter((one): one is string => typeof one === 'string'),
      ]),
  )
}
