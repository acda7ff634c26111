import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

import { randomHex } from '#core/base/random.ts'

/**
 * A token that the operator keeps in a file, in its first line. A file that is missing is made, for its owner alone; of one that
 * others can read, `say` is told.
 */
export function readOrMakeToken(file: string, say: (message: string) => void): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    const made = openSync(file, 'wx', 0o600)
    const secret = randomHex(32)
    writeSync(made, `${secret}\n`)
    closeSync(made)
    return secret
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const descriptor = openSync(file, 'r')
  try {
    if ((fstatSync(descriptor).mode & 0o077) !== 0)
      say(`${file} holds a token and can be read by others; chmod 600 keeps it to its owner.`)
    return (readFileSync(descriptor, 'utf8').split(/\r?\n/)[0] ?? '').trim()
  } finally {
    closeSync(descriptor)
  }
}
