/** How much it matters, and so how it looks. */
type AnnouncementLevel = 'info' | 'warning' | 'critical'
/** `login`: to whoever comes to sign in; `home`: to people who are signed in; `all`: to both. */
type AnnouncementPlace = 'login' | 'home' | 'all'

/** What the operator tells everybody. There is one at a time. */
export interface Announcement {
  /** Plain text; lines stay. */
  readonly text: string
  readonly level: AnnouncementLevel
  readonly where: AnnouncementPlace
  /** Null: until it is cleared. */
  readonly until: Date | null
  readonly setAt: Date
  /** Who set it, in words. */
  readonly setBy: string
}

export interface AnnouncementStore {
  get(): Promise<Announcement | undefined>
  /** Takes the place of the one before. */
  put(announcement: Announcement): Promise<void>
  clear(): Promise<void>
}
