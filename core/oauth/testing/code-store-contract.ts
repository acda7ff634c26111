import { describe, expect, test } from 'vitest'

import type { CodeStore, Grant } from '../code-store.ts'

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

      expect(taken.filter((found) => found !== undefined)).toEqual([grant])
      expect(await codes.take('code', now)).toBeUndefined()
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
      expect(await codes.take('b', now)).toMatchObject({ codeChallenge: null })
    })
  })
}
