import { plainText } from '#core/base/plain-text.ts'

/** A field of the log holds this many bytes of UTF-8 at most. */
const MOST_BYTES = 256
const CUT = '…'

/** Text as it may stand in the log: one line, nothing that steers a terminal, at most 256 bytes, cut between characters. */
export function auditField(text: string): string {
  // What is far too long is cut roughly first, so that no work is spent on it.
  const line = plainText(text.slice(0, 4 * MOST_BYTES).toWellFormed()).replaceAll(/\s+/g, ' ')
  const bytes = Buffer.from(line)
  if (bytes.length <= MOST_BYTES) return line
  let end = MOST_BYTES - Buffer.byteLength(CUT)
  // 10xxxxxx: in the middle of a character.
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.subarray(0, end).toString('utf8') + CUT
}
