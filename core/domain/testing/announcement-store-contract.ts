import { describe, expect, test } from 'vitest'

import type { Announcement, AnnouncementStore } from '../announcements/announcement.ts'

const maintenance: Announcement = {
  text: 'Down on Friday.\nSave your work – “now” 🚧',
  level: 'warning',
  where: 'all',
  until: new Date('2030-01-01T00:00:00.123Z'),
  setAt: new Date('2029-12-31T00:00:00Z'),
  setBy: 'ada',
}

/** What every store of announcements promises. */
export function describeAnnouncementStore(
  name: string,
  make: () => Promise<AnnouncementStore>,
): void {
  describe(`${name} keeps the announcement store contract`, () => {
    test('there is none at first', async () => {
      expect(await (await make()).get()).toBeUndefined()
    })

    test('what was put is what is got', async () => {
      const store = await make()
      await store.put(maintenance)

      expect(await store.get()).toEqual(maintenance)
    })

    test('a second one takes the place of the first, with an end or without', async () => {
      const store = await make()
      const forever: Announcement = {
        ...maintenance,
        level: 'critical',
        where: 'login',
        until: null,
      }
      await store.put(maintenance)
      await store.put(forever)

      expect(await store.get()).toEqual(forever)
    })

    test('what was cleared is gone; clearing nothing is fine', async () => {
      const store = await make()
      await store.put(maintenance)
      await store.clear()
      await store.clear()

      expect(await store.get()).toBeUndefined()
    })
  })
}
