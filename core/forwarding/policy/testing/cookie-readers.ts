import { strip } from '../hub-cookies.ts'

/** As Tornado reads a Cookie header (`tornado.httputil.parse_cookie`): the last of a name counts. */
export function readAsTornado(header: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const chunk of header.split(';')) {
    const equals = chunk.indexOf('=')
    const key = strip(chunk.slice(0, Math.max(equals, 0)))
    const value = strip(chunk.slice(equals + 1))
    if (key !== '' || value !== '') found.set(key, value)
  }
  return found
}

const KEY = "[\\w!#%&'~`><@,:/$*+\\-.^|)(?}{=]"
const VALUE = "[\\w!#%&'~`><@,:/$*+\\-.^|)(?}{=\\[\\]]"
const DATE = '\\w{3},[ \\t\\n\\r\\f\\v][\\w\\s-]{9,11}\\s[\\d:]{8}\\sGMT'
const PATTERN = new RegExp(
  `\\s*(?<key>${KEY}+?)(?:\\s*=\\s*(?<value>"(?:[^\\\\"]|\\\\.)*"|${DATE}|${VALUE}*))?\\s*(?:\\s+|;|$)`,
  'g',
)

/** As Python's `http.cookies.SimpleCookie` reads one, and more: where it would give up, this goes on. */
export function readAsSimpleCookie(header: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { groups: { key = '', value } = {} } of header.matchAll(PATTERN))
    if (value !== undefined) found.set(key, value)
  return found
}
