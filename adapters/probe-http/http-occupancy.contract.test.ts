import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { Server as NotebookServer } from '#core/domain/servers/server.ts'

import { HttpOccupancy } from './http-occupancy.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

let folder: string
let listener: Server
let asked: string[]
let voided: number
let answers: Record<string, Answer>

const json =
  (body: unknown): Answer =>
  (_request, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-occupancy-'))
  asked = []
  voided = 0
  answers = { kernels: json([]), terminals: json([]) }
  listener = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    const path = new URL(request.url ?? '', 'http://x').pathname.split('/').at(-1) ?? ''
    const answer = answers[path]
    if (answer) answer(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => listener.listen(join(folder, 's.sock'), resolve))
})
afterEach(() => {
  listener.closeAllConnections()
  listener.close()
  rmSync(folder, { recursive: true })
})

function ask(owner = process.getuid?.() ?? 0) {
  const occupancy = new HttpOccupancy({
    issue: async () => ({
      secret: 'for-a-moment',
      void: async () => {
        voided++
      },
    }),
  })
  const address = { kind: 'unix', path: join(folder, 's.sock'), owner } as const
  return occupancy.ask({ id: { user: 'ada', name: 'gpu' }, address } as unknown as NotebookServer)
}

const kernel = (state: string, at: string) => ({ execution_state: state, last_activity: at })

describe('a server that is asked what goes on in it', () => {
  test('tells of its kernels, by a token that is void afterwards', async () => {
    answers['kernels'] = json([
      kernel('idle', '2030-01-01T00:00:00.000000Z'),
      kernel('idle', '2030-01-01T01:00:00.000000Z'),
    ])

    expect(await ask()).toEqual({ busy: null, lastActivity: new Date('2030-01-01T01:00:00Z') })
    expect(asked).toEqual([
      'GET /user/ada/gpu/api/kernels?no_track_activity=1 token for-a-moment',
      'GET /user/ada/gpu/api/terminals?no_track_activity=1 token for-a-moment',
    ])
    expect(voided).toBe(1)
  })

  test('is busy while a kernel is, or a terminal is open', async () => {
    answers['kernels'] = json([kernel('busy', '2030-01-01T00:00:00Z')])
    expect((await ask()).busy).toBe('a kernel is busy')
    answers['kernels'] = json([])
    answers['terminals'] = json([{ name: '1' }, { name: '2' }])
    expect((await ask()).busy).toBe('2 terminals are open')
  })

  test('may have no terminals, and nothing at all', async () => {
    delete answers['terminals']

    expect(await ask()).toEqual({ busy: null, lastActivity: null })
  })

  test.each<[string, Answer]>([
    ['refuses', (_request, response) => void response.writeHead(403).end()],
    [
      'leads elsewhere',
      (_request, response) => void response.writeHead(302, { location: '/x' }).end(),
    ],
    ['says too much', (_request, response) => void response.end(`[${' '.repeat(70_000)}]`)],
    ['says what is no JSON', (_request, response) => void response.end('<html>')],
    ['says what is no list', json({ kernels: [] })],
    ['names a time that is none', json([kernel('idle', 'yesterday')])],
    ['breaks off', (_request, response) => void response.socket?.destroy()],
    ['says nothing for five seconds', () => undefined],
  ])('one that %s has said nothing, and its token is void', async (_name, answer) => {
    answers['kernels'] = answer

    await expect(ask()).rejects.toMatchObject({ code: 'unavailable' })
    expect(asked).toHaveLength(1)
    expect(voided).toBe(1)
  })

  test('whose socket is somebody else’s is not asked', async () => {
    await expect(ask(12_345)).rejects.toMatchObject({ code: 'unavailable' })
    expect(asked).toEqual([])
  })
})
