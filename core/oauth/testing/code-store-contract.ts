import { describe, expect, test } from 'vitest'

import { type CodeStore, type Grant, SPENT_MS } from '../code-store.ts'

const now = new Date('2030-01-01T00:00:00Z')
const later = new Date('2030-01-01T00:05:00Z')

/** What every store of authorization codes promises. `make` gives an empty one, and a grant of somebody whom it knows. */
export function describeCodeStore(
  name: string,
  make: () => Promise<{ readonly codes: CodeStore; readonly grant: Grant }>,
): void {
  describe(`${name} keeps the code store contract`, () => {
    test('a grant is taken once, though two come at once', async () => {
      const { codes, grant } = await make()
      await codes.put('code', grant, later)

      const taken = await Promise.all([codes.take('code', now), codes.take('code', now)])

      expect(taken.toSorted((a) => (a?.is === 'good' ? -1 : 1))).toEqual([
        { is: 'good', grant },
        { is: 'spent', tokenId: null },
      ])
      expect(await codes.take('other', now)).toBeUndefined()
    })

    test('a code that comes again tells what was issued for it, also when it is too old by then', async () => {
      const { codes, grant } = await make()
      await codes.put('code', grant, later)
      await codes.take('code', now)
      expect(await codes.issued('code', 7)).toBe(true)

      expect(await codes.take('code', later)).toEqual({ is: 'spent', tokenId: 7 })
    })

    test('what is issued for a code that has come again meanwhile is told to be void', async () => {
      const { codes, grant } = await make()
      await codes.put('code', grant, later)
      await codes.take('code', now)
      await codes.take('code', now)

      expect(await codes.issued('code', 7)).toBe(false)
    })

    test('a grant that is too old is gone, and so is its code', async () => {
      const { codes, grant } = await make()
      await codes.put('code', grant, later)

      expect(await codes.take('code', later)).toBeUndefined()
      expect(await codes.take('code', now)).toBeUndefined()
    })

    test('what has expired is pruned', async () => {
      const { codes, grant } = await make()
      await codes.put('a', grant, now)
      await codes.put('b', { ...grant, codeChallenge: null, sessionId: null }, later)

      expect(await codes.prune(now)).toBe(1)
      expect(await codes.take('b', now)).toMatchObject({ grant: { codeChallenge: null } })
      expect(await codes.prune(later)).toBe(0)
      expect(await codes.prune(new Date(later.getTime() + SPENT_MS))).toBe(1)
    })
  })
}
