import { beforeEach, describe, expect, test } from 'vitest'

import { ReadCache } from './read-cache.ts'

let written: number
let loads: number
let cache: ReadCache<string | undefined>

const load = async () => {
  loads++
  return `answer ${loads}`
}

beforeEach(() => {
  written = 0
  loads = 0
  cache = new ReadCache({ current: () => written })
})

describe('what was read', () => {
  test('is remembered while nothing is written', async () => {
    expect(await cache.read('ada', load)).toBe('answer 1')
    expect(await cache.read('ada', load)).toBe('answer 1')
    expect(await cache.read('bob', load)).toBe('answer 2')
  })

  test('is read again after any write', async () => {
    await cache.read('ada', load)
    written++
    expect(await cache.read('ada', load)).toBe('answer 2')
  })

  test('is not remembered when something was written meanwhile', async () => {
    const during = async () => {
      written++
      return load()
    }
    expect(await cache.read('ada', during)).toBe('answer 1')
    expect(await cache.read('ada', load)).toBe('answer 2')
  })

  test('is not remembered when another reader has noticed a write meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const slow = cache.read('ada', () => promise)
    written++
    await cache.read('bob', load)
    resolve('from before')
    expect(await slow).toBe('from before')
    expect(await cache.read('ada', load)).toBe('answer 2')
  })

  test('is asked for again when there was nothing', async () => {
    expect(await cache.read('ada', async () => undefined)).toBeUndefined()
    expect(await cache.read('ada', load)).toBe('answer 1')
  })

  test('is never remembered where others write unnoticed', async () => {
    const none = new ReadCache<string>(undefined)
    await none.read('ada', load)
    expect(await none.read('ada', load)).toBe('answer 2')
  })
})
