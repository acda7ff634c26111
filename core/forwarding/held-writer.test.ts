import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { HeldWriter } from './held-writer.ts'

const LARGE = 64 * 1024
let near: Socket
let far: Socket

beforeEach(async () => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  far = accepted
  server.close()
  if (near.connecting) await once(near, 'connect')
})
afterEach(() => {
  near.destroy()
  far.destroy()
})

/** As the parser gives them: alone in their memory. */
const large = () => Buffer.from(new ArrayBuffer(LARGE)).fill('x')

async function heard(): Promise<string> {
  near.end()
  let text = ''
  for await (const piece of far) text += String(piece)
  return text
}

describe('pieces that are nobody else’s', () => {
  test('give their memory back once the kernel has them', async () => {
    const writer = new HeldWriter(near)
    const pieces = [large(), large()]
    writer.text('head ')
    for (const piece of pieces) writer.piece(piece, true)

    expect(pieces.map(({ length }) => length)).toEqual([0, 0])
    expect(await heard()).toBe(`head ${'x'.repeat(2 * LARGE)}`)
  })

  test('keep it while they wait for a client that takes nothing', async () => {
    const writer = new HeldWriter(near)
    while (writer.piece(large(), true)) {
      // Until the buffers of the kernel are full.
    }
    const waiting = large()
    writer.piece(waiting, true)

    expect(waiting).toHaveLength(LARGE)
    expect(await heard()).toMatch(/^x+$/)
  })

  test('keep it where others lie in the same memory', async () => {
    const both = Buffer.from(new ArrayBuffer(2 * LARGE)).fill('x')
    new HeldWriter(near).piece(both.subarray(LARGE), true)

    expect(both).toHaveLength(2 * LARGE)
    expect(await heard()).toBe('x'.repeat(LARGE))
  })
})

test('what is somebody else’s too stays as it is', async () => {
  const page = large()
  new HeldWriter(near).piece(page)

  expect(page.toString()).toBe('x'.repeat(LARGE))
  expect(await heard()).toBe('x'.repeat(LARGE))
})
