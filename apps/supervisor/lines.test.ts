import { PassThrough } from 'node:stream'

import { assert, asyncProperty, integer } from 'fast-check'
import { describe, expect, test } from 'vitest'

import { eachLine } from './lines.ts'

async function linesOf(chunks: readonly Buffer[]): Promise<string[]> {
  const stream = new PassThrough()
  const lines: string[] = []
  eachLine(stream, (line) => lines.push(line))
  const ended = new Promise((resolve) => stream.once('end', resolve))
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  await ended
  return lines
}

describe('lines of a child', () => {
  test('are whole however they arrive', async () => {
    const text = 'ärger\nzwei\n\ndrei'
    await assert(
      asyncProperty(integer({ min: 1, max: 20 }), async (size) => {
        const all = Buffer.from(text)
        const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
          all.subarray(at * size, (at + 1) * size),
        )
        expect(await linesOf(chunks)).toEqual(['ärger', 'zwei', '', 'drei'])
      }),
    )
  })

  test('without an end are cut', async () => {
    const [line = ''] = await linesOf(Array.from({ length: 50 }, () => Buffer.alloc(1000, 'a')))
    expect(line).toHaveLength(4000)
  })

  test('say nothing to a terminal', async () => {
    expect(await linesOf([Buffer.from('\u001b[31mred\u001b[0m\r\n')])).toEqual(['red'])
    expect(await linesOf([Buffer.from('a\rproxy | b\n')])).toEqual(['a proxy | b'])
  })
})
