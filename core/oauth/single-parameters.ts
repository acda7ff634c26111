import { OAuthError } from './oauth-error.ts'

/**
 * The named parameters; an empty one counts as absent, and one that stands twice is refused (RFC 6749 section 3.1), so
 * that nobody who reads the request can read it differently.
 */
export function singleParameters<Name extends string>(
  given: URLSearchParams,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const values = given.getAll(name)
    if (values.length > 1)
      throw new OAuthError('invalid_request', `${name} is given more than once`)
    const value = values[0]
    if (value !== undefined && value !== '') found[name] = value
  }
  return found
}
