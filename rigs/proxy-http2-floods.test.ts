import { readFileSync } from 'node:fs'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  block,
  data,
  END_HEADERS,
  FRAME,
  frame,
  headers,
  reset,
  settings,
  windowUpdate,
} from '../core/forwarding/testing/http2-wire.ts'
import { GET, Http2Stage, withFields } from './proxy/http2-stage.ts'

const POST = withFields(GET, { ':method': 'POST' })

let stage: Http2Stage
beforeAll(async () => {
  stage = await Http2Stage.set()
})
afterAll(() => stage.end())

describe('a flood', () => {
  const memory = () => {
    const status = readFileSync(`/proc/${stage.proxy.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
  }
  const times = (count: number, part: (i: number) => Buffer) =>
    Array.from({ length: count }, (_, i) => part(i))
  const MiB = 64

  test.each<[string, () => Buffer[]]>([
    ['settings', () => times(50_000, () => settings([4, 65_535]))],
    [
      'settings of many settings',
      () =>
        times(2000, () =>
          settings(...times(100, () => Buffer.alloc(0)).map(() => [4, 1] as const)),
        ),
    ],
    ['pings', () => times(50_000, () => frame(FRAME.ping, {}, Buffer.alloc(8)))],
    ['empty bodies', () => [headers(1, POST, END_HEADERS), ...times(50_000, () => data(1, ''))]],
    [
      'priorities',
      () => times(50_000, (i) => frame(FRAME.priority, { stream: 2 * i + 1 }, Buffer.alloc(5))),
    ],
    ['windows', () => [headers(1, POST, END_HEADERS), ...times(50_000, () => windowUpdate(1, 1))]],
    [
      'frames of no known kind',
      () => times(50_000, () => frame(0xee, { stream: 0 }, Buffer.alloc(8))),
    ],
    [
      'fields that do not end',
      () => [
        frame(FRAME.headers, { stream: 1 }, block(GET)),
        ...times(5000, () =>
          frame(FRAME.continuation, { stream: 1 }, block([['x', 'y'.repeat(1000)]])),
        ),
      ],
    ],
    [
      'empty fields that do not end',
      () => [
        frame(FRAME.headers, { stream: 1 }),
        ...times(50_000, () => frame(FRAME.continuation, { stream: 1 })),
      ],
    ],
    [
      'a few bytes that stand for many',
      () =>
        times(200, (i) =>
          frame(
            FRAME.headers,
            { flags: 5, stream: 2 * i + 1 },
            Buffer.concat([
              block(GET),
              // A long field that is kept in the table, and then named four thousand times.
              ...(i === 0
                ? [Buffer.from([0x40, 1, 0x78, 0x7f, 0xa1, 0x1e]), Buffer.alloc(4000, 'y')]
                : []),
              Buffer.alloc(4000, 0xbe),
            ]),
          ),
        ),
    ],
    [
      'requests that are reset',
      () => times(5000, (i) => Buffer.concat([headers(2 * i + 1, GET), reset(2 * i + 1, 8)])),
    ],
    [
      'more streams than are let open',
      () => times(5000, (i) => headers(2 * i + 1, POST, END_HEADERS)),
    ],
    ['malformed requests', () => times(5000, (i) => headers(2 * i + 1, [...GET, ['te', 'x']]))],
  ])('of %s costs no memory, and nobody else his answer', async (_, flood) => {
    const before = memory()
    const client = await stage.client()
    client.begin()
    client.send(...flood())
    for (let i = 0; i < 10; i++) await stage.probe()
    expect(memory() - before).toBeLessThan(MiB)

    await stage.settle()
    const received = stage.received()
    expect(received.every(({ method, target }) => `${method} ${target}` === 'GET /case')).toBe(true)
    expect(received.length).toBeLessThan(1000)
  })

  test('of requests whose answers nobody takes costs no memory', async () => {
    const body = 'y'.repeat(1024 * 1024)
    for (let i = 0; i < 90; i++)
      stage.server.scripts.push(({ socket }) =>
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
      )
    const before = memory()
    const client = await stage.client()
    client.begin([4, 0])
    client.send(...times(90, (i) => headers(2 * i + 1, GET)))
    expect(await client.outcome(1)).toBe('200')
    for (let i = 0; i < 10; i++) await stage.probe()

    expect(memory() - before).toBeLessThan(MiB)
    // A page that loads slowly may ask for more.
    client.frames.length = 0
    client.send(headers(201, withFields(GET, { ':method': 'HEAD' })))
    expect(await client.next(({ stream }) => stream === 201)).toMatchObject({ type: FRAME.headers })
    await stage.settle()
    expect(stage.received()).toHaveLength(91)
  })
})
