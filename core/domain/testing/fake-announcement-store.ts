import type { Announcement, AnnouncementStore } from '../announcements/announcement.ts'

export class FakeAnnouncementStore implements AnnouncementStore {
  #kept: Announcement | undefined

  async get(): Promise<Announcement | undefined> {
    return this.#kept
  }

  async put(announcement: Announcement): Promise<void> {
    this.#kept = announcement
  }

  async clear(): Promise<void> {
    this.#kept = undefined
  }
}
