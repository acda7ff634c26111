import { beforeEach, describe, expect, test } from 'vitest'

import { ManualClock } from '#core/base/manual-clock.ts'

import { FakeAnnouncementStore } from '../testing/fake-announcement-store.ts'
import { AnnouncementService } from './announcement-service.ts'

const soon = {
  text: 'Down at six.',
  level: 'warning',
  where: 'all',
  until: null,
  setBy: 'ada',
} as const

let clock: ManualClock
let store: FakeAnnouncementStore
let service: AnnouncementService
beforeEach(() => {
  clock = new ManualClock()
  store = new FakeAnnouncementStore()
  service = new AnnouncementService({ store, clock })
})

describe('announcements', () => {
  test('one is in force from the moment it is set until it is cleared', async () => {
    await service.set(soon)
    expect(service.current()).toMatchObject({ ...soon, setAt: clock.now() })

    await service.clear()
    expect(service.current()).toBeUndefined()
    expect(await store.get()).toBeUndefined()
  })

  test('one with an end is over then', async () => {
    await service.set({ ...soon, until: new Date(clock.now().getTime() + 60_000) })
    await clock.advance(59_000)
    expect(service.current()).toBeDefined()
    await clock.advance(1000)
    expect(service.current()).toBeUndefined()
  })

  test('what another hub has set is known after a look', async () => {
    await new AnnouncementService({ store, clock }).set(soon)
    expect(service.current()).toBeUndefined()

    await service.refresh()
    expect(service.current()?.text).toBe('Down at six.')
  })

  test.each([
    ['login', false, true],
    ['home', true, false],
    ['all', true, true],
  ] as const)('one for %s is shown there', async (where, signedIn, atLogin) => {
    await service.set({ ...soon, where })

    expect(service.shownTo({ signedIn: true }) !== undefined).toBe(signedIn)
    expect(service.shownTo({ signedIn: false }) !== undefined).toBe(atLogin)
  })

  test('text is plain; none, too much of it, and one for the past are refused', async () => {
    expect((await service.set({ ...soon, text: ' \u001b[31mred\u202e\nlines ' })).text).toBe(
      'red\nlines',
    )
    for (const wrong of [
      { ...soon, text: ' \u0007 ' },
      { ...soon, text: 'x'.repeat(2001) },
      { ...soon, until: clock.now() },
    ])
      await expect(service.set(wrong)).rejects.toMatchObject({ code: 'invalid' })
    expect(service.current()?.text).toBe('red\nlines')
  })
})
