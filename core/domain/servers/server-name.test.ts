import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { checkServerName, isServerName, normaliseDisplayName } from './server-name.ts'
import { clientIdOf, namesInClientId } from './server.ts'

test.each(['a', 'gpu', 'gpu-2', 'a1-b2-c3', 'x'.repeat(30)])('%s is a name for a server', (name) =>
  expect(isServerName(name)).toBe(true),
)

test.each(['', '-a', 'a-', '2gpu', 'GPU', 'a--b', 'a_b', 'a/b', '..', 'ü', 'a b', 'x'.repeat(31)])(
  '%j is none',
  (name) => expect(() => checkServerName(name)).toThrow('a server’s name'.replace('’', "'")),
)

test('a name for people is printable, with single spaces inside', () => {
  expect(normaliseDisplayName('Größe 1 (GPU) 🚀')).toBe('Größe 1 (GPU) 🚀')
  for (const bad of [
    '',
    ' a',
    'a ',
    'a  b',
    'a\nb',
    'a\u0000',
    '\u202eb',
    '\ud800',
    'x'.repeat(256),
  ])
    expect(() => normaliseDisplayName(bad)).toThrow('display_name')
})

test('two servers are never one OAuth client, and a client’s names are found again', () => {
  const id = fc.record({
    user: fc.string({ unit: fc.constantFrom('a', 'b', '-', '@', '%', 'ü'), minLength: 1 }),
    name: fc.string({ unit: fc.constantFrom('a', 'b', '-', '%') }),
  })
  fc.assert(
    fc.property(id, id, (one, other) => {
      expect(namesInClientId(clientIdOf(one))).toEqual(one)
      const same = one.user === other.user && one.name === other.name
      expect(clientIdOf(one) === clientIdOf(other)).toBe(same)
    }),
  )
  expect(clientIdOf({ user: 'ada', name: '' })).toBe('jupyterhub-user-ada')
  // No letter that a cookie's name may not have.
  expect(clientIdOf({ user: 'ada@uni.edu', name: 'a@b' })).toBe(
    'jupyterhub-user-ada%40uni.edu-a%40b',
  )
  expect(clientIdOf({ user: 'ada', name: 'gpu-2' })).toBe('jupyterhub-user-ada-gpu-2')
})
