import { beforeEach, describe, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'

import { FakeFailureStore, FakePeople, FakeUserStore } from '../testing/fake-people.ts'
import { FakeSessionStore } from '../testing/fake-session-store.ts'
import type { Authenticator } from './authenticator.ts'
import { Brake } from './brake.ts'
import { SignInService } from './sign-in-service.ts'

const never = new AbortController().signal
const home = '203.0.113.7'
const elsewhere = '198.51.100.9'

let clock: ManualClock
let people: FakePeople
let failures: FakeFailureStore
let asked: string[]
let service: SignInService

beforeEach(() => {
  clock = new ManualClock()
  people = new FakePeople()
  failures = new FakeFailureStore()
  asked = []
  for (const name of ['ada', 'bob']) people.add({ name, admin: false, createdAt: clock.now() })
  service = make({})
})

function make(options: {
  readonly allow?: 'listed' | 'everyone'
  readonly admins?: readonly string[]
}): SignInService {
  const authenticator: Authenticator = {
    name: 'fake',
    keepsPasswords: false,
    authenticate: async ({ name, password }) => {
      asked.push(name)
      return password === `the word of ${name}` ? name : undefined
    },
  }
  return new SignInService({
    authenticator,
    users: new FakeUserStore(people),
    sessions: new FakeSessionStore(people),
    brake: new Brake({ failures, clock }),
    clock,
    secret: 'a secret of the hub',
    settings: () => ({ allow: options.allow ?? 'listed', admins: options.admins ?? [] }),
    resolutionMs: () => 60_000,
    sessionDays: 14,
  })
}

function tryAs(
  name: string,
  {
    password = `the word of ${name}`,
    address = home,
    knownBrowser,
  }: { password?: string; address?: string; knownBrowser?: string } = {},
) {
  return service.signIn({ name, password, address, userAgent: 'curl/8', knownBrowser }, never)
}

async function codeOf(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => 'in',
    (error: unknown) =>
      error instanceof Error && 'code' in error ? String(error.code) : String(error),
  )
}

describe('signing in', () => {
  test('gives a session that its secret alone opens, for two weeks', async () => {
    const { session } = await tryAs('Ada ', { password: 'the word of ada' })

    expect(await service.whoHas(session.secret)).toMatchObject({
      id: session.id,
      user: { name: 'ada' },
    })
    expect(await service.whoHas(session.id)).toBeUndefined()
    await clock.advance(14 * 86_400_000)
    expect(await service.whoHas(session.secret)).toBeUndefined()
  })

  test('is noted with its session now and then, and where the session was begun from', async () => {
    const { session } = await tryAs('ada')
    const kept = () => people.sessions.get(session.id)
    const begun = clock.now()
    expect(kept()).toMatchObject({ addressPrefix: home, browser: 'curl/8', lastSeenAt: begun })

    await clock.advance(60_000)
    await service.whoHas(session.secret)
    expect(kept()?.lastSeenAt).toEqual(begun)
    await clock.advance(1000)
    await service.whoHas(session.secret)
    expect(kept()?.lastSeenAt).toEqual(clock.now())
  })

  test('ends when the session is ended', async () => {
    const { session } = await tryAs('ada')

    await new FakeSessionStore(people).remove(session.id)

    expect(await service.whoHas(session.secret)).toBeUndefined()
  })

  test('is refused with the same words for whatever does not fit', async () => {
    const messages = await Promise.all(
      [tryAs('ada', { password: 'wrong' }), tryAs('nobody'), tryAs('../etc'), tryAs('')].map(
        (attempt) =>
          attempt.then(
            () => 'in',
            (error: Error) => error.message,
          ),
      ),
    )

    expect(new Set(messages)).toEqual(new Set(['That name and password do not fit together.']))
    expect(asked).toHaveLength(4)
  })

  test('makes a person where everyone is let in, and an admin of who is named one', async () => {
    service = make({ allow: 'everyone', admins: ['carol'] })

    expect((await tryAs('carol')).user).toMatchObject({ name: 'carol', admin: true })
    expect((await tryAs('dave')).user).toMatchObject({ admin: false })
  })

  test('makes nobody where only listed people are let in', async () => {
    expect(await codeOf(tryAs('carol'))).toBe('not_signed_in')
  })
})

describe('the brake', () => {
  const guess = (name: string, options: { address?: string; knownBrowser?: string } = {}) =>
    codeOf(tryAs(name, { ...options, password: 'a guess' }))

  async function guesses(
    name: string,
    count: number,
    options: { address?: string; knownBrowser?: string } = {},
  ): Promise<string[]> {
    const codes: string[] = []
    for (let i = 0; i < count; i++) codes.push(await guess(name, options))
    return codes
  }

  test('holds up the sixth guess, for longer each time, and does not even look at the password', async () => {
    expect(await guesses('ada', 6)).toEqual([
      ...Array.from({ length: 5 }, () => 'not_signed_in'),
      'too_many',
    ])
    expect(asked).toHaveLength(5)

    await expect(tryAs('ada')).rejects.toMatchObject({ code: 'too_many', retryAfter: 2 })
    await clock.advance(2000)
    expect(await guess('ada')).toBe('not_signed_in')
    await expect(tryAs('ada')).rejects.toMatchObject({ code: 'too_many', retryAfter: 4 })
  })

  test('treats names that nobody has like those of people', async () => {
    expect(await guesses('nobody', 6)).toEqual(await guesses('ada', 6))
  })

  test('lets the owner in from elsewhere, and in a browser that is known', async () => {
    const { knownBrowser } = await tryAs('ada')
    await guesses('ada', 20)

    expect(await codeOf(tryAs('ada'))).toBe('too_many')
    expect(await codeOf(tryAs('ada', { knownBrowser }))).toBe('in')
    expect(await codeOf(tryAs('ada', { address: elsewhere }))).toBe('in')
  })

  test('does not take one person’s known browser for another’s, and holds it up too in the end', async () => {
    const { knownBrowser } = await tryAs('bob')

    expect((await guesses('ada', 6, { knownBrowser })).at(-1)).toBe('too_many')
    expect((await guesses('bob', 11, { knownBrowser })).at(-1)).toBe('too_many')
  })

  test('lets none of fifty guesses at once slip under the limit', async () => {
    const codes = await Promise.all(Array.from({ length: 50 }, () => guess('ada')))

    expect(codes.filter((code) => code === 'not_signed_in').length).toBeLessThanOrEqual(5)
  })

  test('lets a room of two hundred in at once, a quarter of whom mistype first', async () => {
    for (let i = 0; i < 200; i++)
      people.add({ name: `student-${i}`, admin: false, createdAt: clock.now() })

    const codes = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        if (i % 4 === 0) await guess(`student-${i}`)
        return codeOf(tryAs(`student-${i}`))
      }),
    )

    expect(new Set(codes)).toEqual(new Set(['in']))
  })

  test('holds up an address that tries one password on everybody', async () => {
    const codes: string[] = []
    for (let i = 0; i < 110; i++) codes.push(await guess(`name-${i}`))

    expect(codes.at(-1)).toBe('too_many')
    expect(await guess('ada', { address: elsewhere })).toBe('not_signed_in')
  })

  test('slows a name down that is guessed at from everywhere, and never locks it', async () => {
    for (let i = 0; i < 25; i++) {
      const attempt = guess('ada', { address: `198.51.100.${i}` })
      await clock.advance(0)
      await clock.advance(2000)
      await attempt
    }

    const owner = codeOf(tryAs('ada', { address: elsewhere }))
    await clock.advance(0)
    await clock.advance(2000)

    expect(await owner).toBe('in')
  })

  test('forgets nobody’s count under a flood of names that nobody has', async () => {
    await guesses('ada', 5)
    const at = { now: clock.now(), since: new Date(0), mostUnknown: 100 }
    for (let i = 0; i < 1000; i++) await failures.add([{ key: `flood-${i}`, known: false }], at)

    expect(await guess('ada')).toBe('too_many')
  })
})
