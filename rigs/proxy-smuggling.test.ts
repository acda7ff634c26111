import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { answers } from './proxy/corpus/answers.ts'
import { framing } from './proxy/corpus/framing.ts'
import { heads } from './proxy/corpus/heads.ts'
import { hops } from './proxy/corpus/hops.ts'
import { holdAnswer, holdRequests } from './proxy/hold.ts'
import { Stage } from './proxy/stage.ts'

/** What is longer is not parted at every few bytes. */
const SHORT = 400

let stage: Stage
const held = { requests: 0, answers: 0, spoken: 0 }

beforeAll(async () => {
  stage = await Stage.set()
})
afterAll(async () => {
  await stage?.end()
  const { requests, answers, spoken } = held
  console.log(
    `smuggling: ${requests} cases of requests and ${answers} of answers held, in ${spoken} forms`,
  )
})

describe.each(Object.entries({ framing, heads, hops }))('a hostile client: %s', (_name, cases) => {
  test.each(cases)('$name', async (each) => {
    const { bytes } = each
    expect(await holdRequests(stage, each, [bytes])).toEqual([])
    for (let at = 1; at < bytes.length && bytes.length < SHORT; at += 7) {
      expect(await holdRequests(stage, each, [bytes.slice(0, at), bytes.slice(at)])).toEqual([])
      held.spoken++
    }
    held.requests++
    held.spoken++
  })
})

describe.each(Object.entries(answers))('a hostile server: %s', (_name, cases) => {
  test.each(cases)('$name', async (each) => {
    expect(await holdAnswer(stage, each)).toEqual([])
    const text = each.pieces.join('')
    // A reset overtakes what was written before it.
    const last = text.length < SHORT && each.end !== 'cut' ? text.length : 0
    for (let at = 1; at < last; at += 11) {
      const pieces = [text.slice(0, at), text.slice(at)]
      expect(await holdAnswer(stage, { ...each, pieces })).toEqual([])
      held.spoken++
    }
    held.answers++
    held.spoken++
  })
})
