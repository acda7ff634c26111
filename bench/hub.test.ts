import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { BenchHub } from './bench-hub.ts'
import { Bulkhead } from './bulkhead.ts'
import { type Growth, measureGrowth } from './growth.ts'
import { installPeer } from './install-peer.ts'
import { JupyterHub } from './jupyterhub.ts'
import { judge, type Result, writeReport } from './report.ts'
import { type Found, FULL, QUICK, ROWS } from './rows.ts'
import { compileSimulatedServer, type SimulatedServer } from './simulated-server.ts'
import { startToLab } from './start-to-lab.ts'

/**
 * Bulkhead beside JupyterHub. BENCH_ROWS=user,list chooses rows (those before them that they build on run too), BENCH_QUICK=1 makes
 * everything small. The table and the chart go to docs/reference, or, of a part or a quick run, to .setup/bench.
 */
const IS_QUICK = process.env['BENCH_QUICK'] === '1'
const CHOSEN = process.env['BENCH_ROWS']?.split(',')
const SIZE = IS_QUICK ? QUICK : FULL
const FOLDER = join(
  import.meta.dirname,
  IS_QUICK || CHOSEN ? '../.setup/bench' : '../docs/reference',
)
const isChosen = (id: string) => CHOSEN?.includes(id) ?? true
const rows = ROWS.filter(({ id }) => isChosen(id) || id === 'add-users')

let simulated: SimulatedServer
let ours: BenchHub
let peer: BenchHub
const results: Result[] = []
let growth: readonly Growth[] = []

beforeAll(async () => {
  simulated = compileSimulatedServer()
})
afterAll(() => {
  writeReport(FOLDER, { results, growth })
  simulated?.[Symbol.dispose]()
})

describe.runIf(ROWS.some(({ id }) => isChosen(id)))('with simulated servers', () => {
  beforeAll(async () => {
    peer = new JupyterHub(await installPeer(), simulated)
    peer.begin()
    await peer.untilUp()
    ours = await Bulkhead.create(simulated)
    // The first start of a version fills the caches of compiled code on both sides.
    for (const hub of [peer, ours]) {
      await hub.stop()
      hub.begin()
      await hub.untilUp()
    }
  })
  afterAll(async () => {
    await ours?.[Symbol.asyncDispose]()
    await peer?.[Symbol.asyncDispose]()
  })

  test.each(rows)(
    '$work',
    async (row) => {
      const found: { ours: Found[]; peer: Found[] } = { ours: [], peer: [] }
      for (let round = 0; round < (row.repeats ? SIZE.rounds : 1); round++) {
        found.peer.push(await row.measure(peer, SIZE))
        found.ours.push(await row.measure(ours, SIZE))
      }
      const result = { row, ...found }
      results.push(result)
      tell(result)
      expect(judge(result).missed).toEqual([])
    },
    600_000,
  )
})

test.runIf(isChosen('lab'))(
  'from the click on Start to a Lab that can be used',
  async () => {
    const row = {
      work: 'from the click on Start to a JupyterLab that can be used (real server, Chromium)',
      unit: 's',
      better: 'less',
      reach: 0.6,
      bound: 'Python loading the notebook server’s modules',
    } as const
    const result = { row, ...(await startToLab(SIZE.labRounds)) }
    results.push(result)
    tell(result)
    expect(judge(result).missed).toEqual([])
  },
  900_000,
)

test.runIf(isChosen('growth'))(
  'with more people each request costs the same',
  async () => {
    growth = await measureGrowth(SIZE.growth, { command: simulated.command, seconds: SIZE.seconds })
    console.table(growth)
    const [first, last] = [growth[0], growth.at(-1)]
    if (!first || !last) throw new Error('nothing was measured')
    // Noise apart: what grew with the people would be hundreds of times as much.
    expect(last.user).toBeGreaterThan(first.user / 2)
    expect(last.list).toBeGreaterThan(first.list / 2 / (200 / Math.min(200, first.people)))
    expect(last.restart).toBeLessThan(first.restart * 2)
    expect(last.memory).toBeLessThan(first.memory * 1.5)
  },
  600_000,
)

function tell(result: Result): void {
  const { ours, peer, ratio, missed } = judge(result)
  const { unit, work } = result.row
  const words = missed.length === 0 ? 'reached' : `MISSED: ${missed.join('; ')}`
  console.log(
    `${work}: JupyterHub ${peer.toFixed(2)} ${unit}, Bulkhead ${ours.toFixed(2)} ${unit}, ratio ${ratio.toFixed(3)} (${words})`,
  )
}
