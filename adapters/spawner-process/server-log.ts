import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'

import { plainText } from '#core/base/plain-text.ts'

import { redact } from './redact.ts'

/** A log grows to this and is then cut to its last quarter, in place: the server goes on appending to the same file. */
const MOST_BYTES = 1024 * 1024
const TAIL_BYTES = 64 * 1024
/** Longer lines are cut for showing. */
const LONGEST_LINE = 500

/** Opens a log for a server to write to, readable by nobody else. */
export function openLog(file: string): number {
  const { O_CREAT, O_APPEND, O_WRONLY, O_NOFOLLOW } = constants
  return openSync(file, O_CREAT | O_APPEND | O_WRONLY | O_NOFOLLOW, 0o600)
}

/** The last lines, as plain text, with secrets hidden. Empty when there is no log. */
export function readTail(file: string, lines: number, known: readonly string[]): readonly string[] {
  const tail = withFile(file, constants.O_RDONLY, (log) => readEnd(log, TAIL_BYTES))
  if (tail === undefined) return []
  return redact(plainText(tail.toString('utf8')), known)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line))
}

/** Keeps a log that a server floods from filling the disk. */
export function trimLog(file: string): void {
  withFile(file, constants.O_RDWR | constants.O_APPEND, (log) => {
    if (fstatSync(log).size <= MOST_BYTES) return
    const tail = readEnd(log, MOST_BYTES / 4)
    // The server holds the file open for appending, so it must stay the same file.
    ftruncateSync(log, 0)
    writeSync(log, tail)
  })
}

/** Undefined when there is no such file. */
function withFile<T>(file: string, flags: number, use: (descriptor: number) => T): T | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, flags | constants.O_NOFOLLOW)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The last bytes, from the start of a line on. */
function readEnd(log: number, most: number): Buffer {
  const { size } = fstatSync(log)
  const buffer = Buffer.alloc(Math.min(size, most))
  const read = readSync(log, buffer, 0, buffer.length, size - buffer.length)
  const bytes = buffer.subarray(0, read)
  if (size <= most) return bytes
  // Half a line may begin with half a secret, which no pattern knows.
  const end = bytes.indexOf('\n')
  return end === -1 ? bytes.subarray(Math.min(1024, read)) : bytes.subarray(end + 1)
}
