import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { cookiesFor } from './cookies-sent.ts'
import { ownerOfCookie } from './hub-cookies.ts'
import { pieces } from './testing/cookie-pieces.ts'
import { readAsTornado } from './testing/cookie-readers.ts'

const OWN = 'jupyterhub-user-ada'
/** SimpleCookie takes an equals sign into a name where it finds no value; no cookie is named so. */
const untilEquals = (name: string) => name.split('=', 1)[0] ?? ''

/** Names that Tornado, and SimpleCookie with it, read in each header. */
const READ = `
import json, sys
from http.cookies import SimpleCookie
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine, parse_cookie

def simple(header):
    try:
        return list(SimpleCookie(header))
    except Exception:
        return []

def request(header):
    made = HTTPServerRequest(start_line=RequestStartLine("GET", "/", "HTTP/1.1"), headers=HTTPHeaders({"Host": "x", "Cookie": header}))
    return list(made.cookies)

print(json.dumps([
    {"tornado": list(parse_cookie(each)), "simple": simple(each), "request": request(each)}
    for each in json.load(sys.stdin)
]))
`

test('Python’s own readers find no name that is to be kept back, and every other one', () => {
  const sent = fc.sample(pieces, 3000).map((each) => each.join('; '))
  const passed = sent.map((header) => cookiesFor(OWN, header))
  const python = join(process.env['BULKHEAD_PYTHON'] ?? '', 'bin/python')

  const answer = execFileSync(python, ['-c', READ], {
    input: JSON.stringify(passed),
    maxBuffer: 2 ** 26,
  })

  const read = JSON.parse(String(answer)) as readonly Record<string, readonly string[]>[]
  expect(read).toHaveLength(passed.length)
  for (const [i, readers] of read.entries()) {
    for (const names of Object.values(readers))
      for (const name of names)
        expect(['hub', 'other'], passed[i]).not.toContain(ownerOfCookie(untilEquals(name), OWN))
    // The reader that the tests beside this one use is as good as the real one.
    for (const name of readAsTornado(passed[i] ?? '').keys())
      expect(readers['tornado']).toContain(name)
  }
})
