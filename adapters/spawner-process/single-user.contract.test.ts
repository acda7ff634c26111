import { readdirSync } from 'node:fs'
import { join } from 'node:path'

import { Agent, fetch, WebSocket } from 'undici'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'

import { Addresses } from '#core/domain/servers/addresses.ts'
import { serverEnvironment } from '#core/domain/servers/server-environment.ts'
import type { Spawned } from '#core/domain/servers/spawner.ts'
import { SERVER_TOKEN, specOf } from '#core/domain/testing/spawner-contract.ts'

import { FakeHubApi } from './testing/fake-hub-api.ts'
import { World } from './testing/world.ts'

/** The Python environment with the real single-user server; without one there is nothing to try. */
const pythonDir = process.env['BULKHEAD_PYTHON'] ?? ''
const PREFIX = '/user/ada/'
const VISITOR = 'fedcba9876543210fedcba9876543210'
const PATIENCE = { timeout: 40_000, interval: 50 }

const Kernel = z.object({ id: z.string(), execution_state: z.string() })

describe.skipIf(pythonDir === '')('the real single-user server', () => {
  const hub = new FakeHubApi(VISITOR)
  let world: World
  let spawned: Spawned
  let agent: Agent

  const authorization = { authorization: `token ${VISITOR}` }
  const ask = (path: string, init: Parameters<typeof fetch>[1] = {}) =>
    fetch(`http://localhost${PREFIX}${path}`, { ...init, dispatcher: agent })

  beforeAll(async () => {
    // It refuses to run as root unless it is told; a hub never is root, but whoever runs tests may be.
    const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : []
    world = new World({ pythonDir, command: ['jupyterhub-singleuser', ...asRoot] })
    await hub.listen(world.options.hubApiSocket)
    const id = { user: 'ada', name: '' }
    const environment = serverEnvironment({
      id,
      user: {
        id: 1,
        name: 'ada',
        admin: false,
        createdAt: new Date(),
        lastActivity: null,
        locked: false,
        groups: [],
        home: 'ada',
        shared: [],
      },
      token: SERVER_TOKEN,
      extra: {},
      defaultUrl: '/lab',
      addresses: new Addresses({ publicUrl: 'http://127.0.0.1:8000', subdomains: false }),
    })
    spawned = await world.spawner.start(specOf(id, environment), {
      signal: new AbortController().signal,
      onProgress: () => undefined,
    })
    const { address } = spawned
    agent = new Agent({ connect: { socketPath: address.kind === 'unix' ? address.path : '' } })
  })

  afterAll(async () => {
    await agent?.close()
    await world?.dispose()
    await hub[Symbol.asyncDispose]()
  })

  test('answers on its socket', async () => {
    const answer = await vi.waitFor(() => ask('api'), PATIENCE)
    expect(answer.status).toBe(200)
    expect(await world.spawner.inspect(spawned.handle)).toEqual({ is: 'running' })
  })

  test('reports its activity over the socket of the hub, with its own token', async () => {
    const report = await vi.waitFor(() => {
      const [first] = hub.reports
      if (!first) throw new Error('no report yet')
      return first
    }, PATIENCE)
    expect(report.url).toBe('/hub/api/users/ada/activity')
    expect(report.authorization).toBe(`token ${SERVER_TOKEN}`)
  })

  test('lets nobody in whom the hub does not know', async () => {
    expect((await ask('api/kernels')).status).toBe(403)
    const wrong = { headers: { authorization: `token ${'0'.repeat(32)}` } }
    expect((await ask('api/kernels', wrong)).status).toBe(403)
  })

  test('runs a cell in a kernel that is reached over sockets of its private folder', async () => {
    const made = await ask('api/kernels', { method: 'POST', headers: authorization })
    expect(made.status).toBe(201)
    const { id } = Kernel.parse(await made.json())
    const output = await run(agent, id, 'import os; print(6 * 7, os.getcwd())')

    expect(output).toBe(`42 ${join(world.options.homesDir, 'ada')}\n`)
    const runtime = join(world.options.socketsDir, spawned.handle.publicId, 'r')
    expect(readdirSync(runtime).filter((name) => name.includes('-ipc-'))).toHaveLength(5)
  })

  test('has a log without its token, and ends with its kernel when it is stopped', async () => {
    const { publicId } = spawned.handle
    const log = await world.restarted().logTail(publicId, 200)
    expect(log.join('\n')).toContain('Jupyter Server')
    expect(log.join('\n')).not.toContain(SERVER_TOKEN)

    expect(world.pidsOf(publicId).length).toBeGreaterThan(1)
    await world.spawner.stop(spawned.handle)
    expect(world.pidsOf(publicId)).toEqual([])
    await world.spawner.cleanUp(publicId)
    expect(world.leftoversOf(publicId)).toEqual([])
  })
})

/** What one piece of code prints, over a kernel's websocket. */
async function run(agent: Agent, kernel: string, code: string): Promise<string> {
  const socket = new WebSocket(`ws://localhost${PREFIX}api/kernels/${kernel}/channels`, {
    dispatcher: agent,
    headers: { authorization: `token ${VISITOR}` },
  })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  socket.addEventListener('open', () => socket.send(JSON.stringify(requestOf(code))))
  socket.addEventListener('message', ({ data }) => {
    const message = Message.parse(JSON.parse(String(data)))
    if (message.header.msg_type === 'stream') resolve(message.content.text ?? '')
    if (message.header.msg_type === 'error') reject(new Error(JSON.stringify(message.content)))
  })
  socket.addEventListener('error', ({ message }) => reject(new Error(message)))
  socket.addEventListener('close', () => reject(new Error('the kernel hung up')))
  try {
    return await promise
  } finally {
    socket.close()
  }
}

const Message = z.object({
  header: z.object({ msg_type: z.string() }),
  content: z.object({ text: z.string().optional() }).loose(),
})

function requestOf(code: string) {
  return {
    channel: 'shell',
    header: {
      msg_id: 'one',
      msg_type: 'execute_request',
      session: 's',
      username: '',
      version: '5.3',
    },
    parent_header: {},
    metadata: {},
    content: {
      code,
      silent: false,
      store_history: false,
      user_expressions: {},
      allow_stdin: false,
    },
    buffers: [],
  }
}
