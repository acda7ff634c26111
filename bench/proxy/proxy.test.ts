import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { freePort } from '../../e2e/running-hub.ts'
import { installProxy } from '../install-peer.ts'
import { pin } from '../machine.ts'
import { type Backend, type Name, NAMES, type Running, start } from './contenders.ts'
import { judge, type Result, valueOf } from './judge.ts'
import { runLoad } from './load.ts'
import { endOf, makePrograms, OTHER_CORE, type Programs, startOn } from './programs.ts'
import { writeReport } from './report.ts'
import { type Found, ROWS, type Stage } from './rows.ts'

/**
 * The proxy beside configurable-http-proxy, nginx, and no proxy. BENCH_ROWS=small,tls chooses rows, BENCH_ROUNDS=1 makes it short. The
 * table and the chart go to docs/reference, or, of a part, to .setup/bench-proxy.
 */
const CHOSEN = process.env['BENCH_ROWS']?.split(',')
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3)
const FOLDER = join(
  import.meta.dirname,
  CHOSEN || ROUNDS < 3 ? '../../.setup/bench-proxy' : '../../docs/reference',
)
const rows = ROWS.filter(({ id }) => CHOSEN?.includes(id) ?? true)

let programs: Programs
let behind: ChildProcess
let stage: Stage
const running: Running[] = []
const results: Result[] = []

beforeAll(async () => {
  pin(process.pid, OTHER_CORE)
  programs = makePrograms()
  const peer = join(await installProxy(), '../configurable-http-proxy/bin')
  const backend: Backend = { port: await freePort(), socket: join(programs.folder, 'backend.sock') }
  const words = [programs.backend, String(backend.port), backend.socket]
  behind = await startOn(OTHER_CORE, words, { ready: 'ready' })
  stage = await setStage(peer, backend)
  // The first seconds of a program compile it.
  for (const { address, prefix } of Object.values(stage.places))
    for (const mode of ['rate', 'websocket'] as const)
      await runLoad(programs.load, {
        mode,
        address,
        path: `${prefix}/api`,
        connections: 50,
        seconds: 0.7,
      })
}, 300_000)

afterAll(async () => {
  if (results.length > 0) writeReport(FOLDER, results)
  for (const each of running) await each[Symbol.asyncDispose]()
  if (behind) await endOf(behind)
  programs?.[Symbol.dispose]()
})

test.each(rows)(
  '$work',
  async (row) => {
    const found: Partial<Record<Name, Found[]>> = {}
    for (let round = 0; round < ROUNDS; round++)
      for (const name of rotated(row.who, round))
        (found[name] ??= []).push(await row.measure(name, stage))
    const result = { row, found }
    results.push(result)
    tell(result)
    expect(judge(result).filter(({ reached }) => !reached)).toEqual([])
  },
  300_000,
)

async function setStage(peer: string, backend: Backend): Promise<Stage> {
  const options = { programs, backend, peer }
  const [ours, chp, nginx] = [
    await start('ours', options),
    await start('chp', options),
    await start('nginx', options),
  ]
  running.push(ours, chp, nginx)
  const place = ({ host, port }: Running, prefix = '/user/u0') => ({
    address: `${host}:${port}`,
    prefix,
  })
  const pids = { ours: ours.pid, unix: ours.pid, chp: chp.pid, nginx: nginx.pid, direct: undefined }
  return {
    load: programs.load,
    places: {
      ours: place(ours),
      unix: place(ours, '/user/unix'),
      chp: place(chp),
      nginx: place(nginx),
      direct: { address: `127.0.0.1:${backend.port}`, prefix: '/user/u0' },
    },
    target: `http://127.0.0.1:${backend.port}`,
    pidOf: (name) => pids[name],
    startFresh: (name, { tls = false } = {}) => start(name, { ...options, tls }),
  }
}

/** Another one is first in each round: what a row leaves behind falls on all alike. */
const rotated = <T>(all: readonly T[], by: number) => [
  ...all.slice(by % all.length),
  ...all.slice(0, by % all.length),
]

function tell(result: Result): void {
  const { row } = result
  const figures = row.who.map(
    (name) => `${NAMES[name]} ${valueOf(result, name)?.toFixed(3)} ${row.unit}`,
  )
  const verdicts = judge(result).map(({ words }) => words)
  console.log(`${row.work}: ${figures.join(', ')}. ${verdicts.join('; ')}`)
}
