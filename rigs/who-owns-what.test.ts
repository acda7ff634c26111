import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { eventually, RunningHub } from '../e2e/running-hub.ts'
import { accountNames, capabilitiesOf, listing, processesWith } from './running-as.ts'

const isRoot = process.getuid?.() === 0
const NOBODY = 65_534

/** Files that come and go: SQLite's, and what a notebook server keeps in its own closed folder. */
const passing = (line: string) => / s\/[0-9a-f]{16}\/r\/.|-(wal|shm|journal)$/.test(line)

/** What has a name made anew each time, under a name that stays. */
const settled = (lines: readonly string[]) =>
  lines
    .filter((line) => !passing(line))
    .map((line) =>
      line.replace(/ s\/[0-9a-f]{16}/, ' s/ID').replace(/servers\/[0-9a-f]{16}/, 'servers/ID'),
    )

describe.skipIf(!isRoot)('started as root', () => {
  let hub: RunningHub
  beforeAll(async () => {
    hub = await RunningHub.create()
    await hub.addUser('ada', 'lovelace engine 1843')
    const token = await hub.command('token', 'create', 'ada')
    const ask = (method: string, path: string) =>
      fetch(`${hub.url}/hub/api/users/ada${path}`, {
        method,
        headers: { authorization: `token ${token}` },
      })
    await ask('POST', '/server')
    await eventually(
      async () => (await (await ask('GET', '')).text()).includes('"ready":true'),
      60_000,
    )
  })
  afterAll(() => hub?.[Symbol.asyncDispose]())

  test('neither hub nor proxy nor a notebook is root, and none can become it', () => {
    const names = accountNames()
    const ownersOf = (part: string, pids: readonly number[]) =>
      processesWith(part)
        .filter(({ pid }) => pids.includes(pid))
        .map(({ uid, pid }) => `${names.get(`u${uid}`)} ${capabilitiesOf(pid)}`)
    expect(ownersOf('', [hub.pidOf('apps/hub')])).toEqual(['bulkhead 0000000000000000'])
    expect(ownersOf('', [hub.pidOf('apps/proxy')])).toEqual(['bulkhead-proxy 0000000000000000'])
    expect(ownersOf('jupyterhub-singleuser', hub.serverPids())).toEqual([
      'bulkhead 0000000000000000',
    ])
  })

  test('the code, the packages and the Python are root’s, and nobody else can write them', () => {
    const names = accountNames()
    const staged = '/var/cache/bulkhead'
    expect(readdirSync(staged).length).toBeGreaterThan(0)
    // A link has no mode of its own.
    const open = listing(staged, names).filter(
      (line) => !/^(l|0[0-7][0145][0145]) root:root /.test(line),
    )
    expect(open).toEqual([])
  })

  test('each socket is open to exactly who needs it', () => {
    const own = /\/s\/([0-9a-f]{16})\/s\.sock/.exec(
      processesWith('jupyterhub-singleuser').find(({ pid }) => hub.serverPids().includes(pid))
        ?.command ?? '',
    )?.[1]
    // Folders of servers that another hub left are not this one's; Jupyter sets the sticky bit of its folder when it likes.
    const lines = listing('/run/bulkhead', accountNames())
      .filter((line) => !/ s\/./.test(line) || line.includes(` s/${own}`))
      .map((line) => line.replace(/^3700/, '2700'))
    expect(settled(lines)).toEqual([
      '0755 root:root .',
      '2750 bulkhead:bulkhead-sockets front',
      '0660 bulkhead:bulkhead-sockets front/hub.sock',
      '2750 bulkhead-proxy:bulkhead-sockets proxy',
      '0660 bulkhead-proxy:bulkhead-sockets proxy/api.sock',
      '0600 bulkhead-proxy:bulkhead-sockets proxy/routes.json',
      '2750 bulkhead:bulkhead-sockets s',
      '2750 bulkhead:bulkhead-sockets s/ID',
      '2700 bulkhead:bulkhead-sockets s/ID/r',
      '0660 bulkhead:bulkhead-sockets s/ID/s.sock',
      '0700 bulkhead:bulkhead servers',
      '0600 bulkhead:bulkhead servers/hub.sock',
      '0644 root:root supervisor.children',
      '0600 root:root supervisor.lock',
      '0644 root:root supervisor.pid',
    ])
  })

  test('all data is the hub’s alone', () => {
    const lines = settled(listing(hub.data, accountNames())).filter(
      (line) => !/ homes\/./.test(line),
    )
    for (const line of lines) expect(line).toMatch(/^0[67]00 bulkhead:bulkhead /)
    expect(lines.map((line) => line.split(' ').at(-1))).toEqual(
      expect.arrayContaining([
        '.',
        'config.yaml',
        'homes',
        'hub.sqlite',
        'operator.sock',
        'secrets',
      ]),
    )
  })

  test('a second hub is refused while this one runs', async () => {
    const second = spawn(
      join(import.meta.dirname, '../start'),
      ['--data', '/var/tmp/bulkhead-rig-second'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    let said = ''
    second.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    const [code] = await once(second, 'close')
    rmSync('/var/tmp/bulkhead-rig-second', { recursive: true, force: true })
    expect(said).toContain(`the hub is running already (pid ${hub.supervisorPid})`)
    expect(code).toBe(1)
  })

  describe('and, beside it, as an ordinary account', () => {
    let data: string
    let child: ChildProcess
    beforeAll(async () => {
      data = mkdtempSync('/var/tmp/bulkhead-rig-')
      chownSync(data, NOBODY, NOBODY)
      // What root staged is what anybody can read.
      const [node = '', main = ''] =
        processesWith('apps/supervisor/main.ts')
          .find(({ pid }) => pid === hub.supervisorPid)
          ?.command.split(' ') ?? []
      child = spawn(
        'setpriv',
        [
          `--reuid=${NOBODY}`,
          `--regid=${NOBODY}`,
          '--clear-groups',
          node,
          main,
          '--data',
          data,
          '--python',
          process.env['BULKHEAD_PYTHON'] ?? '',
          '--port',
          '8765',
        ],
        { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: '/usr/bin:/bin' }, cwd: '/' },
      )
      let said = ''
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text))
      await eventually(() => said.includes('The hub is ready') || child.exitCode !== null)
    })
    afterAll(async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
      rmSync(data, { recursive: true })
    })

    test('everything runs as that account, and is open to it alone', () => {
      const own = processesWith(data)
      expect(own).toHaveLength(3)
      for (const { uid } of own) expect(uid).toBe(NOBODY)
      const names = new Map([
        [`u${NOBODY}`, 'me'],
        [`g${NOBODY}`, 'me'],
      ])
      const openToOthers = settled(listing(data, names)).filter(
        (line) => !/^0[67]00 me:me /.test(line),
      )
      expect(openToOthers).toEqual([
        '0644 me:me run/supervisor.children',
        '0644 me:me run/supervisor.pid',
      ])
    })
  })
})
