import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { judgeAnswer } from './proxy/answer-oracle.ts'
import { hurtAnswer, hurtRequests } from './proxy/byte-mutations.ts'
import { judgeRequests } from './proxy/request-oracle.ts'
import { Stage } from './proxy/stage.ts'
import { readAnswers } from './proxy/strict-reading.ts'

const SEED = Number(process.env['BULKHEAD_FUZZ_SEED'] ?? Date.now() % 2 ** 31)
const RUNS = Number(process.env['BULKHEAD_FUZZ_RUNS'] ?? 3000)

describe('the running proxy', () => {
  let stage: Stage
  const counts = new Map<string, number>()
  const count = (what: string, times = 1) => counts.set(what, (counts.get(what) ?? 0) + times)

  beforeAll(async () => {
    stage = await Stage.set()
    console.log(`fuzz: seed ${SEED}, ${RUNS} runs each way`)
  })
  afterAll(async () => {
    await stage?.end()
    console.log(`fuzz: ${[...counts].map(([what, times]) => `${times} ${what}`).join(', ')}`)
  })

  test(
    'passes on, of whatever bytes a client sends, nothing but the requests that they hold',
    { timeout: RUNS * 1000 },
    async () => {
      const held = fc.asyncProperty(hurtRequests, async (pieces) => {
        for (const server of stage.servers) server.forget()
        const heard = await stage.talk(pieces)
        const { said, received, answers } = judgeRequests(pieces.join(''), heard, stage.servers)
        count('requests held')
        count('passed on', received.length)
        count('whole requests not passed on', said.length - received.length)
        count('refused', answers.length - received.length)
      })
      await fc.assert(held, { seed: SEED, numRuns: RUNS })
      expect(counts.get('passed on')).toBeGreaterThan(RUNS / 4)
      expect(counts.get('refused')).toBeGreaterThan(RUNS / 10)
    },
  )

  test(
    'answers, whatever bytes a server sends, with one answer, a cut or its own word, and the next person with his',
    { timeout: RUNS * 1000 },
    async () => {
      const held = fc.asyncProperty(hurtAnswer, async (spoken) => {
        for (const server of stage.servers) server.forget()
        const { heard, connection } = await stage.answered(spoken)
        count(`answers ${judgeAnswer(spoken, heard)}`)
        const used = await stage.others(spoken.server, 2)
        // Only what says nothing behind its one answer may serve the next.
        const method = spoken.request.slice(0, spoken.request.indexOf(' '))
        const { whole, rest } = readAnswers(spoken.pieces.join(''), {
          methods: [method],
          ended: false,
        })
        const isSpoilt = whole.length !== 1 || rest !== 'nothing'
        expect(isSpoilt && used.includes(connection)).toBe(false)
        count('answers held')
      })
      await fc.assert(held, { seed: SEED, numRuns: Math.ceil(RUNS / 2) })
      expect(counts.get('answers whole')).toBeGreaterThan(RUNS / 20)
      expect(counts.get('answers failed')).toBeGreaterThan(RUNS / 20)
    },
  )
})
