import type { EndedAccess, EndedStore } from '../sign-in/ended-store.ts'

export class FakeEndedStore implements EndedStore {
  readonly #said: (EndedAccess & { readonly at: Date })[] = []
  #next = 1

  async add(ended: Omit<EndedAccess, 'id'>, at: Date): Promise<void> {
    this.#said.push({ ...ended, id: this.#next++, at })
  }

  async since(at: Date): Promise<readonly EndedAccess[]> {
    return this.#said.filter((each) => each.at >= at).map(({ at: _at, ...ended }) => ended)
  }

  async prune(before: Date): Promise<number> {
    const left = this.#said.filter((each) => each.at >= before)
    const gone = this.#said.length - left.length
    this.#said.splice(0, this.#said.length, ...left)
    return gone
  }
}
