import { describe, expect, test } from 'vitest'

import { FakeCredentialStore, FakePeople } from '#core/domain/testing/fake-people.ts'

import { PasswordAuthenticator } from './password-authenticator.ts'

const never = new AbortController().signal

async function withAda() {
  const people = new FakePeople()
  const { id } = people.add({ name: 'ada', admin: false, createdAt: new Date(0) })
  people.add({ name: 'linked', admin: false, createdAt: new Date(0) })
  const authenticator = new PasswordAuthenticator({ credentials: new FakeCredentialStore(people) })
  people.hashes.set(id, await authenticator.hash('an engine of 1843', { name: 'ada' }))
  return authenticator
}

describe('the password authenticator', () => {
  test('knows the right password, and nothing else', async () => {
    const authenticator = await withAda()

    expect(
      await authenticator.authenticate({ name: 'ada', password: 'an engine of 1843' }, never),
    ).toBe('ada')
    for (const [name, password] of [
      ['ada', 'wrong'],
      ['ada', ''],
      ['nobody', 'an engine of 1843'],
      ['linked', ''],
      ['', ''],
      ['ada', 'x'.repeat(5000)],
    ]) {
      expect(
        await authenticator.authenticate({ name: name ?? '', password: password ?? '' }, never),
      ).toBeUndefined()
    }
  })

  test('gives up for who has left', async () => {
    const authenticator = await withAda()
    const left = AbortSignal.abort(new Error('left'))

    await expect(authenticator.authenticate({ name: 'ada', password: 'x' }, left)).rejects.toThrow(
      'left',
    )
  })

  test('turns a crowd away that would exhaust it, and says when to come again', async () => {
    const authenticator = await withAda()
    const leave = new AbortController()
    const crowd = Array.from({ length: 520 }, () =>
      authenticator.authenticate({ name: 'ada', password: 'x' }, leave.signal),
    )

    const first = await Promise.race(
      crowd.map((one) =>
        one.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    )
    leave.abort(new Error('enough'))
    await Promise.allSettled(crowd)

    expect(first).toMatchObject({ code: 'unavailable', retryAfter: 5 })
  })

  test.each([
    ['short', /too short/],
    ['adaadaada', /too short/],
    ['password123', /first that an attacker tries/],
    ['P@ssw0rd!!', /first that an attacker tries/],
    ['1234567890', /first that an attacker tries/],
    ['qwertyuiop', /first that an attacker tries/],
    ['aaaaaaaaaaaa', /first that an attacker tries|too few/],
    ['lovelace1843', /must not be the user name/],
    ['ä'.repeat(600), /too long/],
  ])('refuses the new password %s', async (password, why) => {
    const authenticator = await withAda()

    await expect(authenticator.hash(password, { name: 'lovelace' })).rejects.toThrow(why)
  })
})
