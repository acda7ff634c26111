import type { Socket } from 'node:net'

import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { Stage } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await new Stage().open()
})
afterEach(() => stage.close())

/** Writes the text in pieces, each in a read of its own. */
async function inPieces(socket: Socket, text: string, cuts: readonly number[]): Promise<void> {
  const at = [...new Set(cuts.map((cut) => cut % text.length))].toSorted((a, b) => a - b)
  for (const [i, from] of [0, ...at].entries()) {
    socket.write(text.slice(from, at[i]), 'latin1')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const cuts = fc.array(fc.nat(), { maxLength: 8 })
const body = fc.string({
  minLength: 0,
  maxLength: 40,
  unit: fc.constantFrom('a', '\r', '\n', '0', ' '),
})
const request = fc.oneof(
  fc.constant({ text: 'GET /user/ada/x HTTP/1.1\r\nHost: hub.example\r\n\r\n', told: 'GET ' }),
  fc.constant({
    text: '\r\nHEAD /user/ada/x HTTP/1.1\r\nHost: hub.example\r\n\r\n',
    told: 'HEAD ',
  }),
  body.map((text) => ({
    text: `PUT /user/ada/x HTTP/1.1\r\nHost: hub.example\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    told: `PUT ${text}`,
  })),
  fc.array(body.filter((piece) => piece !== '')).map((pieces) => ({
    text: `POST /user/ada/x HTTP/1.1\r\nHost: hub.example\r\nTransfer-Encoding: chunked\r\n\r\n${pieces
      .map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`)
      .join('')}0\r\n\r\n`,
    told: `POST ${pieces.join('')}`,
  })),
)

test('requests are the same however their bytes come', async () => {
  const heard: string[] = []
  await stage.behind((incoming, outgoing) => {
    let text = ''
    incoming.on('data', (piece: Buffer) => (text += piece.toString('latin1')))
    incoming.once('end', () => {
      heard.push(`${incoming.method} ${text}`)
      outgoing.end('ok')
    })
  })
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 5 }), cuts, async (asked, at) => {
      heard.length = 0
      const { socket, closed } = stage.speak()
      await inPieces(socket, asked.map(({ text }) => text).join(''), at)
      socket.end()
      const answer = await closed

      expect(heard).toEqual(asked.map(({ told }) => told))
      expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(asked.length)
    }),
    { numRuns: 60 },
  )
})

test('an answer is the same however its bytes come', async () => {
  const whole = 'HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n'
  const kinds = [
    { text: `${whole}Content-Length: 5\r\n\r\nhello`, isOver: false },
    {
      text: `${whole}Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x\r\nllo\r\n0\r\nT: 1\r\n\r\n`,
      isOver: false,
    },
    { text: `${whole}Connection: close\r\n\r\nhello`, isOver: true },
  ]
  let say: (socket: Socket) => Promise<void> = () => Promise.resolve()
  await stage.rawBehind((socket) => {
    socket.on('data', () => void say(socket))
    socket.on('end', () => socket.end())
  })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...kinds), cuts, async ({ text, isOver }, at) => {
      say = async (socket) => {
        await inPieces(socket, text, at)
        if (isOver) socket.end()
      }
      const { text: received, status } = await stage.ask('/user/ada/')

      expect(status).toBe(200)
      expect(received).toBe('hello')
    }),
    { numRuns: 60 },
  )
})
