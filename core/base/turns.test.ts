import { setImmediate } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { Turns } from './turns.ts'

test('work is done in the order in which it came, no more at once than allowed', async () => {
  const turns = new Turns(2)
  const begun: number[] = []
  let [now, most] = [0, 0]
  const work = async (which: number) => {
    begun.push(which)
    now++
    most = Math.max(most, now)
    await setImmediate()
    now--
    return which
  }
  const all = await Promise.all([1, 2, 3, 4, 5].map((which) => turns.take(() => work(which))))
  expect(all).toEqual([1, 2, 3, 4, 5])
  expect(begun).toEqual([1, 2, 3, 4, 5])
  expect(most).toBe(2)
})

test('what else waits in the event loop comes between two pieces of work', async () => {
  const turns = new Turns(1)
  const order: string[] = []
  const work = (name: string) => turns.take(async () => void order.push(name))
  const other = setImmediate().then(() => order.push('other'))
  await Promise.all([work('first'), work('second'), other])
  expect(order).toEqual(['first', 'other', 'second'])
})

test('work that fails lets the next one through', async () => {
  const turns = new Turns(1)
  const failing = turns.take(async () => {
    throw new Error('no')
  })
  const next = turns.take(async () => 'next')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('next')
})
