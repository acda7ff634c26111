import fc from 'fast-check'

const names = fc.constantFrom(
  'jupyterhub-hub-login',
  'jupyterhub-services',
  'jupyterhub-user-ada',
  'jupyterhub-user-ada-oauth-state',
  'jupyterhub-user-ada-gpu',
  'jupyterhub-user-bob',
  'jupyterhub-user-%C3%A9',
  'jupyterhub-session-id',
  'service-x',
  'bulkhead-known-browser',
  '_xsrf',
  'a',
  '',
)
const prefixes = fc.constantFrom('', '', '', '__Host-', '__Secure-', '$', 'x')
const gaps = fc.constantFrom('', '', ' ', '\t', '"', ',', '\u00a0', '\\', '=', '[', '\u0085', '(')
const values = fc.oneof(
  fc.constantFrom('1', 'secret', '"q"', '"', '\\"', '"2|1:0|19:jupyterhub-user-bob|4:YQ==|0f"'),
  fc.string({ maxLength: 6 }).map((text) => text.replaceAll(';', '')),
)

const cookie = fc
  .tuple(gaps, prefixes, names, gaps, values)
  .map(([gap, prefix, name, other, value]) => `${gap}${prefix}${name}${other}=${value}`)

/** What may stand between the semicolons of a Cookie header, from good to hostile. */
export const pieces = fc.array(
  fc.oneof(
    cookie,
    fc.tuple(cookie, gaps, cookie).map((three) => three.join('')),
    fc.tuple(names, values).map((two) => two.join('=')),
    names,
    values,
  ),
  { minLength: 1, maxLength: 8 },
)
