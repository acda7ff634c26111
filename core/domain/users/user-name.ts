import { HubError } from '../errors.ts'

/** First a letter, digit or underscore, so that no name is `.`, `..`, `-rf` or empty. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}._@+~ -]*$/u
const LONGEST = 255

/**
 * The one form of a person's name that is stored and compared: NFKC, lower case (JupyterHub folds case too).
 * Everything from outside goes through here before any comparison.
 * @throws HubError `invalid`
 */
export function normaliseUserName(raw: string): string {
  // Folding case can undo a composition, so it is composed once more: normalising twice changes nothing.
  const name = raw.normalize('NFKC').toLowerCase().normalize('NFKC')
  if (name.length > LONGEST)
    throw new HubError('invalid', `a user name has at most ${LONGEST} characters`)
  if (!NAME.test(name) || name.endsWith(' ')) {
    throw new HubError(
      'invalid',
      'a user name starts with a letter or digit and holds letters, digits and . _ - @ + ~, with spaces only inside',
    )
  }
  return name
}
