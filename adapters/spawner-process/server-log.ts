import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'

import { plainText } from '#core/base/plain-text.ts'

/** A log grows to this and is then cut to its last quarter, in place: the server goes on appending to the same file. */
const MOST_BYTES = 1024 * 1024
const TAIL_BYTES = 64 * 1024

/** Whatever could be a token: our own are 32 hexadecimal digits; others stand behind these words. */
const SECRETS =
  /\b[0-9a-f]{32,}\b|(?<=\b(?:token|authorization|bearer|secret|password)["']?\s*[=: ]\s*["']?(?:token |bearer )?)[^\s"'&,;]{8,}/gi

/** The last lines, as plain text without secrets. Empty when there is no log. */
export function readTail(file: string, lines: number): readonly string[] {
  if (!existsSync(file)) return []
  const descriptor = openSync(file, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const length = Math.min(size, TAIL_BYTES)
    const buffer = Buffer.alloc(length)
    readSync(descriptor, buffer, 0, length, size - length)
    const text = plainText(buffer.toString('utf8')).replaceAll(SECRETS, '[hidden]')
    const all = text.split('\n').map((line) => line.slice(0, 500))
    // The first line of a cut is half a line.
    const whole = size > length ? all.slice(1) : all
    return whole.filter((line) => line.trim() !== '').slice(-lines)
  } finally {
    closeSync(descriptor)
  }
}

/** Keeps a log that a server floods from filling the disk. */
export function trimLog(file: string): void {
  if (!existsSync(file) || statSync(file).size <= MOST_BYTES) return
  const tail = readLastBytes(file, MOST_BYTES / 4)
  // The server holds the file open for appending, so it must stay the same file.
  truncateSync(file, 0)
  writeFileSync(file, tail, { flag: 'a', mode: 0o600 })
}

function readLastBytes(file: string, bytes: number): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const buffer = Buffer.alloc(Math.min(size, bytes))
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length)
    return buffer
  } finally {
    closeSync(descriptor)
  }
}
