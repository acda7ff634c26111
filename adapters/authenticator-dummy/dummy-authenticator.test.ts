import { expect, test } from 'vitest'

import { DummyAuthenticator } from './dummy-authenticator.ts'

const options = { password: 'for the class', loopback: true, onNetwork: 'refuse' } as const

test('one password opens every name, and no other does', async () => {
  const dummy = new DummyAuthenticator(options)

  expect(await dummy.authenticate({ name: 'anybody', password: 'for the class' })).toBe('anybody')
  expect(await dummy.authenticate({ name: 'anybody', password: 'for the clas' })).toBeUndefined()
  expect(await dummy.authenticate({ name: '', password: 'for the class' })).toBeUndefined()
})

test('it is refused where other machines reach the hub, unless that is accepted by name', () => {
  expect(() => new DummyAuthenticator({ ...options, loopback: false })).toThrow(
    /on_network: accept/,
  )
  expect(
    () => new DummyAuthenticator({ ...options, loopback: false, onNetwork: 'accept' }),
  ).not.toThrow()
})

test('it is refused without a password', () => {
  expect(() => new DummyAuthenticator({ ...options, password: '' })).toThrow(
    /authenticator\.password/,
  )
})
