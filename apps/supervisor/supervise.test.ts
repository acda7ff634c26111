import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { type SupervisionPlan, Supervisor } from './supervise.ts'

const RUN = '/run/of-the-test'
const LAUNCH = `process.send({ type: 'launch', listen: { host: '127.0.0.1', port: 8000 }, publicNames: [], frontSocket: '${RUN}/front/hub.sock', tls: null, trustedProxies: [], announcers: [], http2: true, limits: {} })`
const READY = `process.send({ type: 'ready', url: 'http://127.0.0.1:8000', setUpLink: null, notices: [] })`
const UP = `process.send({ type: 'ready' })`
const STAY = `process.once('disconnect', () => process.exit(0))`
const ORDERLY = `process.on('SIGTERM', () => { console.log('ends'); process.exit(0) }); ${STAY}`

let temp: string
let supervisor: Promise<number> | undefined
let end: AbortController
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'bulkhead-supervisor-'))
  end = new AbortController()
})
afterEach(async () => {
  end.abort()
  await supervisor
  rmSync(temp, { recursive: true, force: true })
})

function script(name: string, text: string): string {
  const path = join(temp, `${name}.mjs`)
  writeFileSync(path, text)
  return path
}

/** Two programs, and what came of them. */
function supervise({ hub, proxy }: { readonly hub: string; readonly proxy: string }) {
  const said: string[] = []
  const started: { readonly name: string; readonly pid: number }[] = []
  const waiting: { readonly holds: () => boolean; readonly go: () => void }[] = []
  let shown = 0
  const look = () => {
    for (const { holds, go } of waiting) if (holds()) go()
  }
  const common = { args: [], env: { PATH: process.env['PATH'] ?? '' }, account: null }
  const proxyScript = script('proxy', proxy)
  const plan: SupervisionPlan = {
    node: process.execPath,
    runDir: RUN,
    endMs: 300,
    hub: { ...common, name: 'hub', script: script('hub', hub) },
    proxy: ({ port }) => ({
      ...common,
      name: 'proxy',
      script: proxyScript,
      args: ['--port', String(port)],
    }),
    ready: () => {
      shown++
      look()
    },
    started: (name, pid) => {
      started.push({ name, pid })
      look()
    },
    say: (line) => {
      said.push(line)
      look()
    },
  }
  const code = new Supervisor(plan).run(end.signal)
  supervisor = code
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      waiting.push({ holds, go: resolve })
      look()
    })
  return { said, started, until, code, shown: () => shown }
}

describe('the supervisor', () => {
  test('starts the proxy where the hub says, and tells once when both are ready', async () => {
    const { until, said, shown, code } = supervise({
      hub: `${ORDERLY}; ${LAUNCH}; ${READY}; ${READY}`,
      proxy: `${ORDERLY}; console.log(process.argv.slice(2).join(' ')); ${UP}; ${UP}`,
    })
    await until(() => shown() === 1 && said.includes('proxy | --port 8000'))
    end.abort()
    expect(await code).toBe(0)
    expect(shown()).toBe(1)
    expect(said.filter((line) => line.endsWith('ends'))).toEqual(['hub   | ends', 'proxy | ends'])
  })

  test.each(['hub', 'proxy'])(
    'starts the %s again when it was killed, and not the other',
    async (name) => {
      const { until, started, shown } = supervise({
        hub: `${ORDERLY}; ${LAUNCH}; ${READY}`,
        proxy: `${ORDERLY}; ${UP}`,
      })
      await until(() => shown() === 1)
      const of = (which: string) => started.filter((one) => one.name === which)
      process.kill(of(name)[0]?.pid ?? Number.NaN, 'SIGKILL')
      await until(() => of(name).length === 2)
      expect(started).toHaveLength(3)
      expect(shown()).toBe(1)
    },
  )

  test('ends everything when one of them says that it is of no use, with its reason', async () => {
    const { code, said } = supervise({
      hub: `${ORDERLY}; ${LAUNCH}; ${READY}`,
      proxy: `process.send({ type: 'fatal', message: 'port 8000 is taken' }, () => process.exit(1))`,
    })
    expect(await code).toBe(1)
    expect(said).toContain('port 8000 is taken')
  })

  test('gives up when a start fails three times', async () => {
    const { code, said, started } = supervise({
      hub: `console.error('a module is missing'); process.exit(3)`,
      proxy: '',
    })
    expect(await code).toBe(1)
    expect(started).toHaveLength(3)
    expect(said.filter((line) => line === 'hub   | a module is missing')).toHaveLength(3)
    expect(said.at(-1)).toMatch(/the hub does not start: it ended 3 times \(exit code 3\)/)
  })

  test('starts no proxy where the operator has one of his own, and says so', async () => {
    const { until, said, started, shown } = supervise({
      hub: `${ORDERLY}; process.send({ type: 'no-proxy', apiUrl: 'http://127.0.0.1:8001' }); ${READY}`,
      proxy: '',
    })
    await until(() => shown() === 1)
    expect(started.map(({ name }) => name)).toEqual(['hub'])
    expect(said.join('\n')).toContain('the hub sets its routes at http://127.0.0.1:8001')
  })

  test('kills what does not end in time', async () => {
    const { code, until, shown } = supervise({
      hub: `process.on('SIGTERM', () => {}); ${STAY}; ${LAUNCH}; ${READY}`,
      proxy: `${ORDERLY}; ${UP}`,
    })
    await until(() => shown() === 1)
    end.abort()
    expect(await code).toBe(0)
  })

  test('does not start a proxy at an address that makes no sense', async () => {
    const { until, said, started } = supervise({
      hub: `${ORDERLY}; process.send({ type: 'launch', listen: { host: '--ip', port: 1 }, publicNames: [], frontSocket: '/x' })`,
      proxy: ORDERLY,
    })
    await until(() => said.some((line) => line.includes('not understood')))
    expect(started.map(({ name }) => name)).toEqual(['hub'])
  })
})
