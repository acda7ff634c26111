import { type CodeStore, type Grant, SPENT_MS, type TakenCode } from '../code-store.ts'

interface Kept {
  readonly grant: Grant
  readonly expiresAt: Date
  spent: boolean
  replayed: boolean
  tokenId: number | null
}

export class FakeCodeStore implements CodeStore {
  readonly grants = new Map<string, Kept>()

  async put(codeHash: string, grant: Grant, expiresAt: Date): Promise<void> {
    this.grants.set(codeHash, { grant, expiresAt, spent: false, replayed: false, tokenId: null })
  }

  async take(codeHash: string, now: Date): Promise<TakenCode | undefined> {
    const found = this.grants.get(codeHash)
    if (!found) return undefined
    if (found.spent) {
      found.replayed = true
      return { is: 'spent', tokenId: found.tokenId }
    }
    if (found.expiresAt <= now) {
      this.grants.delete(codeHash)
      return undefined
    }
    found.spent = true
    return { is: 'good', grant: found.grant }
  }

  async issued(codeHash: string, tokenId: number): Promise<boolean> {
    const found = this.grants.get(codeHash)
    if (found) found.tokenId = tokenId
    return found?.replayed === false
  }

  async prune(now: Date): Promise<number> {
    const old = [...this.grants].filter(
      ([, { expiresAt, spent }]) => expiresAt.getTime() + (spent ? SPENT_MS : 0) <= now.getTime(),
    )
    for (const [code] of old) this.grants.delete(code)
    return old.length
  }
}
