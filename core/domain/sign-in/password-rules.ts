import { HubError } from '../errors.ts'
import { isCommonPassword } from './common-passwords.ts'

const SHORTEST = 10
const LONGEST_BYTES = 1024

/** Length counts more than strange characters (NIST SP 800-63B section 5.1.1.2). @throws HubError `invalid` */
export function checkPasswordRules(password: string, userName: string): void {
  const normal = password.normalize('NFKC')
  if (Array.from(normal).length < SHORTEST)
    throw new HubError(
      'invalid',
      `The password is too short: it needs at least ${SHORTEST} characters.`,
    )
  if (isTooLong(password))
    throw new HubError('invalid', `The password is too long: it may have ${LONGEST_BYTES} bytes.`)
  if (isTheName(normal, userName))
    throw new HubError('invalid', 'The password must not be the user name.')
  if (isCommonPassword(normal))
    throw new HubError(
      'invalid',
      'This password is among the first that an attacker tries. Choose another one.',
    )
  if (new Set(normal).size < 4)
    throw new HubError('invalid', 'The password repeats too few characters. Choose another one.')
}

export function isTooLong(password: string): boolean {
  return Buffer.byteLength(password) > LONGEST_BYTES
}

/** Also with digits or signs around it, and written twice. */
function isTheName(password: string, userName: string): boolean {
  const bare = password.toLowerCase().replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const name = userName.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  return (
    password.toLowerCase() === userName || (name !== '' && (bare === name || bare === name + name))
  )
}
