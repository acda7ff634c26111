import { expect, test } from 'vitest'

import { NoticeBoard } from './notice-board.ts'

const kept = (name: string, user = 'ada') => ({ of: 'kept', server: { user, name } }) as const

/** The first so many that come. */
async function first(count: number, notices: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const notice of notices) if (found.push(notice) === count) break
  return found
}

test('who listens hears of his own servers, and of announcements', async () => {
  const board = new NoticeBoard()
  const ada = board.follow('ada', new AbortController().signal)
  board.tell(kept('a', 'bob'))
  board.tell(kept('a'))
  board.tell({ of: 'announcement', announcement: undefined })

  expect(await first(2, ada)).toEqual([kept('a'), { of: 'announcement', announcement: undefined }])
})

test('who does not take what comes keeps the hundred newest', async () => {
  const board = new NoticeBoard()
  const ada = board.follow('ada', new AbortController().signal)
  for (let i = 0; i < 150; i++) board.tell(kept(String(i)))

  const found = await first(100, ada)
  expect([found[0], found[99]]).toEqual([kept('50'), kept('149')])
})

test('who leaves makes room for another, and is told nothing more', async () => {
  const board = new NoticeBoard()
  const leave = new AbortController()
  const listen = () => board.follow('ada', leave.signal)
  const all = Array.from({ length: 32 }, listen)
  expect(listen).toThrow('has 32 such streams open already')
  expect(() => board.follow('bob', leave.signal)).not.toThrow()

  leave.abort()
  board.tell(kept('a'))

  expect(await Promise.all(all.map((each) => first(1, each)))).toEqual(all.map(() => []))
  expect(() => board.follow('ada', new AbortController().signal)).not.toThrow()
})
