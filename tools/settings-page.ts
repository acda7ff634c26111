import * as z from 'zod'

import { Settings } from '#core/config/schema.ts'
import { unwrap } from '#core/config/settings-list.ts'

/** One line of the manual. */
interface Row {
  readonly name: string
  readonly kind: string
  readonly usual: string
  readonly says: string
}

const HEAD = `# Settings

<!-- Made by tools/reference.ts from core/config/schema.ts: change it there. -->

\`config.yaml\` in the data directory, or the file that \`--config\` names. Every setting has a default; a name that is none of these is a
mistake. Names with dots are how \`bulkhead config set NAME VALUE\` calls them; in the file each dot is a level. Lengths of time are written
\`30s\`, \`10m\`, \`1h\`, \`2d\`. How to change settings is told in the [guide](../guides/settings.md).

A change is taken on by the running hub. Settings marked **restart** wait for its next start.
`

/** The manual of all settings, as Markdown. */
export function settingsPage(): string {
  const sections = Object.entries(Settings.shape)
  const plain = sections.filter(([, schema]) => !isSection(schema))
  const inSections = sections.filter(([, schema]) => isSection(schema))
  return [
    HEAD,
    table(plain.flatMap(([name, schema]) => rowsOf(name, schema))),
    ...inSections.map(([name, schema]) => {
      const says = unwrap(schema).facts.description
      return `## ${name}\n\n${says === undefined ? '' : `${says}.\n\n`}${table(rowsOf(name, schema).filter((row) => row.name !== name || row.kind !== ''))}`
    }),
  ].join('\n')
}

/** A heading of its own: groups of settings, and lists of things. */
function isSection(schema: z.ZodType): boolean {
  const { type } = unwrap(schema)
  return type instanceof z.ZodObject || entryOf(type) !== undefined
}

function rowsOf(name: string, schema: z.ZodType): readonly Row[] {
  const { type, facts, default: usual, optional } = unwrap(schema)
  if (type instanceof z.ZodObject) return fieldsOf(name, type)
  const marks = [
    ...(facts.live === 'restart' ? ['**restart**'] : []),
    ...(facts.secret === true ? ['secret'] : []),
  ]
  const isVariant = type instanceof z.ZodDiscriminatedUnion
  const row = {
    name: isVariant ? `${name}.type` : name,
    kind: facts.shape ?? kindOf(type),
    usual: optional ? defaultOf(usual) : 'needed',
    says: [isVariant ? 'What it is filled in with' : (facts.description ?? ''), ...marks]
      .filter((part) => part !== '')
      .join('; '),
  }
  const entry = entryOf(type)
  return entry
    ? [row, ...rowsOf(`${name}.${entry.called}`, entry.schema), ...variantsOf(name, entry.schema)]
    : [row]
}

function fieldsOf(name: string, type: z.ZodObject): readonly Row[] {
  return Object.entries(type.shape).flatMap(([key, each]) =>
    each instanceof z.ZodType ? rowsOf(`${name}.${key}`, each) : [],
  )
}

/** Of several shapes what each has, told apart by \`type\`. */
function variantsOf(name: string, schema: z.ZodType): readonly Row[] {
  const { type } = unwrap(schema)
  if (!(type instanceof z.ZodDiscriminatedUnion)) return []
  const options = type.options.filter((option) => option instanceof z.ZodObject)
  const seen = new Set<string>()
  return options.flatMap((option) => {
    const literal: unknown = option.shape['type']
    const of = literal instanceof z.ZodLiteral ? String(literal.value) : ''
    return fieldsOf(`${name}.NAME`, option).flatMap((row) => {
      const common = options.every((other) =>
        Object.hasOwn(other.shape, row.name.split('.').at(-1) ?? ''),
      )
      if (
        row.name.endsWith('.type') ||
        (common && !row.name.endsWith('.default') && seen.has(row.name))
      )
        return []
      seen.add(row.name)
      return [
        common && !row.name.endsWith('.default')
          ? row
          : { ...row, says: `${row.says === '' ? '' : `${row.says}; `}with type ${of}` },
      ]
    })
  })
}

/** What a list or a group of things by name is made of, when that has settings of its own. */
function entryOf(
  type: z.ZodType,
): { readonly called: string; readonly schema: z.ZodType } | undefined {
  const schema: unknown =
    type instanceof z.ZodRecord
      ? type.valueType
      : type instanceof z.ZodArray
        ? type.element
        : undefined
  if (!(schema instanceof z.ZodType)) return undefined
  const inner = unwrap(schema).type
  return inner instanceof z.ZodObject || inner instanceof z.ZodDiscriminatedUnion
    ? { called: 'NAME', schema }
    : undefined
}

function kindOf(schema: z.ZodType): string {
  const { type, facts } = unwrap(schema)
  if (facts.shape !== undefined) return facts.shape
  if (type instanceof z.ZodBoolean) return 'true or false'
  if (type instanceof z.ZodEnum)
    return type.options.map((option) => code(String(option))).join(', ')
  if (type instanceof z.ZodNumber) return numberKind(type)
  if (type instanceof z.ZodString) return 'text'
  if (type instanceof z.ZodArray) {
    const element = asType(type.element)
    return entryOf(type) ? 'list' : `list of ${element ? plural(kindOf(element)) : 'values'}`
  }
  if (type instanceof z.ZodRecord) return entryOf(type) ? 'by name' : 'anything, by name'
  if (type instanceof z.ZodDiscriminatedUnion)
    return type.options
      .flatMap((option) => (option instanceof z.ZodObject ? [option.shape['type']] : []))
      .flatMap((literal) => (literal instanceof z.ZodLiteral ? [code(String(literal.value))] : []))
      .join(', ')
  return 'value'
}

function numberKind(type: z.ZodNumber): string {
  const { minValue: min, maxValue: max } = type
  const word = type.format === null ? 'number' : 'whole number'
  const [low, high] = [min ?? -Infinity, max ?? Infinity]
  const isOpen = high >= Number.MAX_SAFE_INTEGER
  if (low <= Number.MIN_SAFE_INTEGER) return isOpen ? word : `${word} up to ${high}`
  return isOpen ? `${word} from ${low}` : `${word} ${low} to ${high}`
}

const PLURALS: Readonly<Record<string, string>> = { text: 'texts', name: 'names', scope: 'scopes' }
const plural = (kind: string) => PLURALS[kind] ?? kind

function defaultOf(value: unknown): string {
  if (value === undefined || value === '') return ''
  return code(
    typeof value === 'string'
      ? value
      : JSON.stringify(value).replaceAll('"', '').replaceAll(',', ', '),
  )
}

const code = (text: string) => `\`${text}\``
const asType = (schema: unknown) => (schema instanceof z.ZodType ? schema : undefined)

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, kind, usual, says }) =>
    [code(name), kind, usual, says].map((cell) => cell.replaceAll('|', '\\|')).join(' | '),
  )
  return [
    '| name | value | default | what it is |',
    '| --- | --- | --- | --- |',
    ...lines.map((line) => `| ${line} |`),
    '',
  ].join('\n')
}
