import type { CodeStore, Grant } from '../code-store.ts'

export class FakeCodeStore implements CodeStore {
  readonly grants = new Map<string, { readonly grant: Grant; readonly expiresAt: Date }>()

  async put(codeHash: string, grant: Grant, expiresAt: Date): Promise<void> {
    this.grants.set(codeHash, { grant, expiresAt })
  }

  async take(codeHash: string, now: Date): Promise<Grant | undefined> {
    const found = this.grants.get(codeHash)
    this.grants.delete(codeHash)
    return found && found.expiresAt > now ? found.grant : undefined
  }

  async prune(now: Date): Promise<number> {
    const old = [...this.grants].filter(([, { expiresAt }]) => expiresAt <= now)
    for (const [code] of old) this.grants.delete(code)
    return old.length
  }
}
