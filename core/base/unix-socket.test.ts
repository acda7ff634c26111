import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { unixUrl } from './unix-socket.ts'

test('a path becomes the host of an address, with what follows behind it', () => {
  expect(unixUrl('/run/s/0a/s.sock', '/user/ada/')).toBe(
    'http+unix://%2Frun%2Fs%2F0a%2Fs.sock/user/ada/',
  )
})

test('capitals are quoted, so that a client that folds the case of hosts finds the socket', () => {
  expect(unixUrl('/home/Ada/Run')).toBe('http+unix://%2Fhome%2F%41da%2F%52un')
})

test('whatever the path, it is read back whole, whether or not its case was folded on the way', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter((path) => path.isWellFormed()),
      (path) => {
        const quoted = unixUrl(path).slice('http+unix://'.length)
        expect(decodeURIComponent(quoted)).toBe(path)
        expect(decodeURIComponent(quoted.toLowerCase())).toBe(path)
      },
    ),
  )
})
