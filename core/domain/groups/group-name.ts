import { foldName } from '#core/base/folded-name.ts'

import { HubError } from '../errors.ts'

/** The one form of a group's name that is stored and compared, by the rule of people's names. @throws HubError `invalid` */
export function normaliseGroupName(raw: string): string {
  const folded = foldName(raw)
  if ('mistake' in folded) throw new HubError('invalid', `a group's name ${folded.mistake}`)
  return folded.name
}
