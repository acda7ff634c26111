import { foldName } from '#core/base/folded-name.ts'

import { HubError } from '../errors.ts'

/**
 * The one form of a person's name that is stored and compared: NFKC, lower case (JupyterHub folds case too).
 * Everything from outside goes through here before any comparison.
 * @throws HubError `invalid`
 */
export function normaliseUserName(raw: string): string {
  const folded = foldName(raw)
  if ('mistake' in folded) throw new HubError('invalid', `a user name ${folded.mistake}`)
  return folded.name
}
