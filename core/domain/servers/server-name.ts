import { HubError } from '../errors.ts'

/** JupyterHub's rule (6.0): 1 to 30 of a-z, 0-9 and -, first a letter, last a letter or digit, no two - beside each other. */
const SERVER_NAME = /^[a-z](?:-?[a-z0-9])*$/
const LONGEST_NAME = 30
const LONGEST_DISPLAY_NAME = 255

export function isServerName(name: string): boolean {
  return name.length <= LONGEST_NAME && SERVER_NAME.test(name)
}

/** What a new server may be called. @throws HubError `invalid` */
export function checkServerName(name: string): void {
  if (isServerName(name)) return
  throw new HubError(
    'invalid',
    `a server's name has 1 to ${LONGEST_NAME} of a-z, 0-9 and -, begins with a letter, ends with a letter or digit, and has no -- in it`,
  )
}

/** A server's name for people: NFC, without spaces around it. @throws HubError `invalid` */
export function normaliseDisplayName(raw: string): string {
  const name = raw.normalize('NFC')
  const isPrintable = !/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u.test(name)
  if (
    name.length >= 1 &&
    name.length <= LONGEST_DISPLAY_NAME &&
    isPrintable &&
    !/^\p{Zs}|\p{Zs}$|\p{Zs}{2}/u.test(name)
  )
    return name
  throw new HubError(
    'invalid',
    `display_name: 1 to ${LONGEST_DISPLAY_NAME} printable characters, with single spaces inside only`,
  )
}
