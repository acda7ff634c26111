import * as z from 'zod'

import { foldName } from '#core/base/folded-name.ts'

const nameOf = (kind: string) =>
  z
    .string()
    .max(1024)
    .superRefine((raw, context) => {
      const read = foldName(raw)
      if ('mistake' in read)
        context.addIssue({ code: 'custom', message: `${kind} ${read.mistake}` })
    })

/** A person's name inside of a body, in any spelling. */
export const PersonName = nameOf('a user name')

/** A group's, by the same rule. */
export const GroupName = nameOf("a group's name")
