import { createHash } from 'node:crypto'
import { domainToASCII, domainToUnicode } from 'node:url'

/** RFC 1035 section 2.3.1, as RFC 1123 widened it. */
const LONGEST = 63
const SERVICE = '--service'

/**
 * The DNS label under which a person's servers have a host of their own (JupyterHub's scheme): the name itself when it is a
 * label without `--`; else its IDNA form; else safe characters of it and a hash. Two names never share one, but for a
 * collision of the hash's 28 bits.
 * @param name as `normaliseUserName` leaves it
 */
export function labelOfUser(name: string): string {
  if (isLabel(name, LONGEST)) return name
  return idnaOf(name) ?? hashed(name)
}

/** As `labelOfUser`, of a service; `--` keeps the two kinds apart. */
export function labelOfService(name: string): string {
  const label = `${name}${SERVICE}`
  // `xn--service` would be read as a name in another script.
  return isLabel(name, LONGEST - SERVICE.length) && !label.startsWith('xn--')
    ? label
    : `${hashed(name)}${SERVICE}`
}

function isLabel(name: string, longest: number): boolean {
  return (
    name.length <= longest &&
    /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name) &&
    !name.includes('--') &&
    // A label that is a number makes some programs see an address.
    !/^[0-9]+$/.test(name)
  )
}

/** Only when it leads back to the very name: the mapping folds many names into one. */
function idnaOf(name: string): string | undefined {
  const label = domainToASCII(name)
  const isOne = label.startsWith('xn--') && /^[a-z0-9-]+$/.test(label) && label.length <= LONGEST
  return isOne && domainToUnicode(label) === name ? label : undefined
}

function hashed(name: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 7)
  const stub = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, 8)
  return `u-${stub || 'x'}--${hash}`
}
