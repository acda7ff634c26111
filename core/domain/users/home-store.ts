/** Where people's files are, as far as accounts have to do with them. A home is called by `User.home`. */
export interface HomeStore {
  /** Whether there are files, of whoever had the home before. */
  exists(home: string): Promise<boolean>
  /** Moves the files aside, so that the next one by that name begins with none; nothing is deleted. Nothing there is fine. */
  setAside(home: string, at: Date): Promise<void>
}
