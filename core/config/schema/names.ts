import * as z from 'zod'

import { composeName, foldName, type FoldedName } from '#core/base/folded-name.ts'

const nameBy = (read: (raw: string) => FoldedName, kind: string) =>
  z.string().transform((raw, context) => {
    const folded = read(raw)
    if ('name' in folded) return folded.name
    context.addIssue({ code: 'custom', message: `is no name: ${kind} ${folded.mistake}` })
    return z.NEVER
  })

/** A person's name, in the form that is stored and compared. */
export const UserName = nameBy(foldName, "a person's name").meta({ shape: 'name' })

/** A group's name, whose case counts. */
export const GroupName = nameBy(composeName, "a group's name").meta({ shape: 'name' })

/** JupyterHub's rule. */
export const RoleName = z
  .string()
  .regex(
    /^[a-z][a-z0-9\-_~.]{1,253}[a-z0-9]$/,
    'is no name for a role: 3 to 255 of a-z, 0-9 and - _ ~ . , first a letter, last a letter or digit',
  )
  .meta({ shape: 'name' })

/** A service's name is part of its address, `/services/NAME/`. */
export const ServiceName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.~-]{0,63}$/,
    'is no name for a service: at most 64 letters, digits and - _ ~ . , first a letter or digit',
  )
  .meta({ shape: 'name' })

export const VariableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not the name of an environment variable')

/** The variables of a process. Numbers have to be quoted, so that 1.10 stays what was written. */
export const Environment = z.record(VariableName, z.string()).meta({ shape: 'names and texts' })

/** Things by name. Two spellings of one name are refused, where one would silently take the place of the other. */
export function byName<Key extends z.ZodType<string, string>, Value extends z.ZodType>(
  key: Key,
  value: Value,
) {
  return z
    .record(z.string(), z.unknown())
    .superRefine((things, context) => {
      const spelt = Object.keys(things)
      refuseTwice(
        spelt.map((name) => key.safeParse(name).data ?? name),
        context,
        (index) => [spelt[index] ?? ''],
      )
    })
    .pipe(z.record(key, value))
}

/** An issue for each key that an earlier entry of the list has already. */
export function refuseTwice(
  keys: readonly string[],
  context: z.RefinementCtx,
  pathOf: (index: number) => PropertyKey[],
): void {
  for (const [index, key] of keys.entries()) {
    if (keys.indexOf(key) < index)
      context.addIssue({
        code: 'custom',
        path: pathOf(index),
        message: `stands here a second time: ${key}`,
      })
  }
}
