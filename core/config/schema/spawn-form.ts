import * as z from 'zod'

import { refuseTwice, VariableName } from './names.ts'

const Choice = z
  .union(
    [z.string().min(1), z.strictObject({ value: z.string().min(1), label: z.string() })],
    'is neither text nor a value with a label: { value: …, label: … }',
  )
  .transform((choice) => (typeof choice === 'string' ? { value: choice, label: choice } : choice))

const Choices = z
  .array(Choice)
  .min(1)
  .superRefine((choices, context) =>
    refuseTwice(
      choices.map(({ value }) => value),
      context,
      (index) => [index],
    ),
  )
  .describe('What can be chosen: texts, or each with a `value` and a `label`')

const common = {
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9_]{0,63}$/,
      'is no name for a field: a-z, 0-9 and _, first a letter, at most 64',
    )
    .describe('What the choice is called in the API (`user_options`)'),
  label: z.string().min(1).max(200).describe('What the form calls it'),
  help: z.string().max(1000).default('').describe('A sentence below the field'),
  environment: VariableName.refine(
    (name) => !/^(?:JUPYTERHUB_|JPY_)/.test(name),
    'cannot be set by a form: names that begin with JUPYTERHUB_ or JPY_ are the hub’s own',
  )
    .optional()
    .describe('Environment variable of the server that gets the value'),
  setting: z
    .enum(['default_url'])
    .optional()
    .describe('Setting of the server that the value takes the place of'),
}

const Field = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      ...common,
      type: z.literal('text'),
      default: z.string().default('').describe('What stands there at first'),
      longest: z.int().min(1).max(4096).default(255).describe('Most characters'),
    }),
    z.strictObject({
      ...common,
      type: z.literal('number'),
      default: z.number().optional().describe('What stands there at first'),
      min: z.number().optional().describe('Least that is taken'),
      max: z.number().optional().describe('Most that is taken'),
    }),
    z.strictObject({
      ...common,
      type: z.literal('choice'),
      choices: Choices,
      default: z.string().optional().describe('What is chosen at first'),
    }),
    z.strictObject({
      ...common,
      type: z.literal('multi'),
      choices: Choices,
      default: z.array(z.string()).default([]).describe('What is chosen at first'),
    }),
    z.strictObject({
      ...common,
      type: z.literal('boolean'),
      default: z.boolean().default(false).describe('Whether it is ticked at first'),
    }),
  ],
  'must be one of text, number, choice, multi, boolean',
)

/** One field of the form that people fill in before a server starts. */
type SpawnFormField = z.output<typeof Field>

/** The form; what each field allows holds for the API's `user_options` too. */
export const SpawnForm = z.array(Field).superRefine((fields, context) => {
  refuseTwice(
    fields.map(({ name }) => name),
    context,
    (index) => [index, 'name'],
  )
  for (const [index, field] of fields.entries()) {
    const mistake = wrongDefault(field)
    if (mistake !== undefined)
      context.addIssue({ code: 'custom', path: [index, 'default'], message: mistake })
  }
})

function wrongDefault(field: SpawnFormField): string | undefined {
  if (field.type === 'number') return wrongNumber(field)
  if (field.type === 'choice' || field.type === 'multi') {
    const known = new Set(field.choices.map(({ value }) => value))
    const wrong = [field.default ?? []].flat().find((value) => !known.has(value))
    return wrong === undefined ? undefined : `is not among the choices: ${wrong}`
  }
  return field.type === 'text' && field.default.length > field.longest
    ? 'has more characters than `longest`'
    : undefined
}

function wrongNumber({
  min = -Infinity,
  max = Infinity,
  default: value = Math.max(min, Math.min(0, max)),
}: Extract<SpawnFormField, { type: 'number' }>): string | undefined {
  if (min > max) return `cannot be met: min (${min}) is above max (${max})`
  return value < min || value > max ? `is outside min and max: ${value}` : undefined
}
