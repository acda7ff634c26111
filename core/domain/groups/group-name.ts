import { composeName } from '#core/base/folded-name.ts'

import { HubError } from '../errors.ts'

/** The one form of a group's name that is stored and compared: its case counts. @throws HubError `invalid` */
export function normaliseGroupName(raw: string): string {
  const folded = composeName(raw)
  if ('mistake' in folded) throw new HubError('invalid', `a group's name ${folded.mistake}`)
  return folded.name
}
