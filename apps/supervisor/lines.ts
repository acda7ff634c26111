import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

import { plainText } from '#core/base/plain-text.ts'

/** What is longer is cut: an endless line must not fill the supervisor's memory. */
const LONGEST = 4000

/** Hands on each line of a stream as plain text. The last one needs no line feed. */
export function eachLine(stream: Readable, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  // A carriage return would begin a line that carries no name, or the other's.
  const give = (line: string) =>
    take(plainText(line.replace(/\r$/, '').replaceAll('\r', ' ')).slice(0, LONGEST))
  stream.on('data', (chunk: Buffer) => {
    const [first = '', ...more] = decoder.write(chunk).split('\n')
    rest = (rest + first.slice(0, LONGEST)).slice(0, LONGEST)
    for (const line of more) {
      give(rest)
      rest = line.slice(0, LONGEST)
    }
  })
  stream.on('end', () => {
    if (rest !== '') give(rest)
  })
}
