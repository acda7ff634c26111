import type { HomeStore } from '../users/home-store.ts'

/** Homes in memory: the names of those that hold files. */
export class FakeHomeStore implements HomeStore {
  readonly homes = new Set<string>()
  readonly aside: string[] = []

  async exists(home: string): Promise<boolean> {
    return this.homes.has(home)
  }

  async setAside(home: string): Promise<void> {
    if (this.homes.delete(home)) this.aside.push(home)
  }
}
