import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { StartQueue, type StartTurn } from './start-queue.ts'

type Step = { enter: string } | { end: number } | { giveUp: number }
const person = fc.constantFrom('ada', 'bob', 'cyd', 'dan', 'eve')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ enter: person }) },
  { weight: 2, arbitrary: fc.record({ end: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ giveUp: fc.nat(20) }) },
)
const limits = fc.record({ atOnce: fc.integer({ min: 1, max: 4 }), perPerson: fc.nat(3) })

/** A line in which things happen: who waits and who has begun, in order. */
class Line {
  readonly queue: StartQueue
  readonly begun: string[] = []
  waiting: { person: string; turn: StartTurn }[] = []
  running: { person: string; turn: StartTurn }[] = []

  constructor(said: { atOnce: number; perPerson: number }) {
    this.queue = new StartQueue(() => said)
  }

  enter(name: string): void {
    this.waiting.push({ person: name, turn: this.queue.enter(name) })
    this.look()
  }

  end(which: number): void {
    const [one] = this.running.splice(which % Math.max(1, this.running.length), 1)
    one?.turn.leave()
    this.look()
  }

  giveUp(which: number): void {
    const [one] = this.waiting.splice(which % Math.max(1, this.waiting.length), 1)
    one?.turn.leave()
    this.look()
  }

  /** Who has begun since the last look. */
  look(): string[] {
    const now = this.waiting.filter(({ turn }) => turn.mayBegin())
    this.waiting = this.waiting.filter((one) => !now.includes(one))
    this.running.push(...now)
    const names = now.map((one) => one.person)
    this.begun.push(...names)
    return names
  }
}

function play(line: Line, steps: readonly Step[]): void {
  for (const one of steps) {
    if ('enter' in one) line.enter(one.enter)
    else if ('end' in one) line.end(one.end)
    else line.giveUp(one.giveUp)
  }
}

describe('the line of starts', () => {
  test('never has more under way than are allowed, of all or of one person, and uses the room there is', () => {
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 60 }), (said, steps) => {
        const line = new Line(said)
        for (const one of steps) {
          play(line, [one])
          const of = (name: string) => line.running.filter((run) => run.person === name).length
          const most = said.perPerson === 0 ? Infinity : said.perPerson
          expect(line.running.length).toBeLessThanOrEqual(said.atOnce)
          for (const { person: name } of line.running) expect(of(name)).toBeLessThanOrEqual(most)
          // Whoever waits has a reason to.
          for (const { person: name } of line.waiting)
            expect(line.running.length === said.atOnce || of(name) === most).toBe(true)
          expect(line.queue.waiting).toBe(line.waiting.length)
        }
      }),
    )
  })

  test('lets everybody begin in the end', () => {
    fc.assert(
      fc.property(limits, fc.array(person, { maxLength: 40 }), (said, names) => {
        const line = new Line(said)
        for (const name of names) line.enter(name)
        for (let i = 0; i < names.length; i++) line.end(0)
        expect(line.begun.toSorted()).toEqual([...names].toSorted())
      }),
    )
  })

  test('nobody has two turns while another one waits for his first', () => {
    fc.assert(
      fc.property(fc.array(person, { minLength: 2, maxLength: 40 }), (names) => {
        const line = new Line({ atOnce: 1, perPerson: 0 })
        line.enter('first')
        for (const name of names) line.enter(name)
        line.begun.length = 0
        while (line.waiting.length > 0) {
          const there = new Set(line.waiting.map((one) => one.person))
          const turns: string[] = []
          for (let i = 0; i < there.size; i++) {
            line.end(0)
            turns.push(...line.begun.splice(0))
          }
          expect(new Set(turns)).toEqual(there)
        }
      }),
    )
  })

  test('tells the place truly', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        (steps, atOnce) => {
          const line = new Line({ atOnce, perPerson: 0 })
          play(line, steps)
          const told = new Map(line.waiting.map((one) => [one.turn, one.turn.before()]))
          const order: StartTurn[] = []
          while (line.waiting.length > 0) {
            line.end(0)
            for (const { turn } of line.running) if (!order.includes(turn)) order.push(turn)
          }
          const waited = order.filter((turn) => told.has(turn))
          expect(waited.map((turn) => told.get(turn))).toEqual(waited.map((_, index) => index))
        },
      ),
    )
  })

  test('a limit that is raised lets in whoever asks again', () => {
    const said = { atOnce: 1, perPerson: 0 }
    const queue = new StartQueue(() => said)
    queue.enter('ada')
    const turn = queue.enter('bob')
    expect(turn.mayBegin()).toBe(false)

    said.atOnce = 2

    expect(turn.mayBegin()).toBe(true)
  })
})
