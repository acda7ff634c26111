import { Agent, type IncomingMessage, request, type RequestOptions } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

import { DOWNLOADED_BYTES } from './working-server.ts'

const PATIENCE_MS = 30_000
const UPLOAD = Buffer.alloc(1024 * 1024, 'y')
const agent = new Agent({ keepAlive: true, maxFreeSockets: 16 })

/** What clients do, by name. @throws Error when it went otherwise than it should */
export const ACTS: Readonly<Record<string, (port: number) => Promise<void>>> = {
  'small requests': async (port) => {
    for (let i = 0; i < 50; i++) same(await ask(port, `/user/ada/${i}`), `200 /user/ada/${i}`)
  },
  downloads: async (port) => {
    const { length } = await ask(port, '/user/ada/large')
    same(String(length), String(`200 `.length + DOWNLOADED_BYTES))
  },
  uploads: async (port) => {
    same(await ask(port, '/user/ada/upload', { method: 'POST' }, UPLOAD), `200 ${UPLOAD.length}`)
  },
  'events that are left': async (port) => {
    const answer = await begin(port, '/user/ada/events', { agent: false })
    const first = await new Promise<string>((resolve) =>
      answer.once('data', (piece: Buffer) => resolve(String(piece))),
    )
    same(first.split('\n')[0], 'data: 0')
    await delay(50)
    answer.destroy()
  },
  'downloads that are left': async (port) => {
    const answer = await begin(port, '/user/ada/large', { agent: false })
    await new Promise((resolve) => answer.once('data', resolve))
    answer.destroy()
  },
  'hostile servers': async (port) => {
    // Each has another end; what counts is that none of them stays with the proxy.
    const { promise, resolve } = Promise.withResolvers<void>()
    const asked = request({ port, path: '/user/eve/x', agent: false }, (answer) => {
      answer.on('error', () => undefined)
      answer.resume().once('close', resolve)
    })
    asked.on('error', () => resolve())
    asked.setTimeout(200, () => asked.destroy())
    asked.end()
    await promise
  },
  websockets: (port) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const socket = connect({ port, host: '127.0.0.1' })
    const said = 'said and heard '.repeat(1000)
    let heard = ''
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('nothing was heard')))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('it was closed')))
    socket.write(
      'GET /user/ada/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )
    socket.on('data', (piece: Buffer) => {
      const begins = heard === ''
      heard += piece.toString('latin1')
      if (begins) socket.write(said)
      if (!heard.endsWith(said)) return
      resolve()
      socket.destroy()
    })
    return promise
  },
}

/** @returns the status and the body */
async function ask(
  port: number,
  path: string,
  options: RequestOptions = {},
  body?: Buffer,
): Promise<string> {
  const answer = await begin(port, path, options, body)
  return `${answer.statusCode} ${await text(answer)}`
}

async function begin(
  port: number,
  path: string,
  options: RequestOptions,
  body?: Buffer,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const asked = request({ port, host: '127.0.0.1', path, agent, ...options }, (answer) => {
    answer.on('error', () => undefined)
    resolve(answer)
  })
  asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error('it was not answered')))
  asked.once('error', reject)
  asked.on('error', () => undefined)
  asked.end(body)
  return promise
}

function same(heard: string | undefined, expected: string): void {
  if (heard !== expected)
    throw new Error(`${heard?.slice(0, 100)} and not ${expected.slice(0, 100)}`)
}
