import * as z from 'zod'

import { composeName, foldName, type FoldedName } from '#core/base/folded-name.ts'

const nameBy = (readName: (raw: string) => FoldedName, kind: string) =>
  z
    .string()
    .max(1024)
    .superRefine((raw, context) => {
      const read = readName(raw)
      if ('mistake' in read)
        context.addIssue({ code: 'custom', message: `${kind} ${read.mistake}` })
    })

/** A person's name inside of a body, in any spelling. */
export const PersonName = nameBy(foldName, 'a user name')

/** A group's, whose case counts. */
export const GroupName = nameBy(composeName, "a group's name")
