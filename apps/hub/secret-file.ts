import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

import { randomHex } from '#core/base/random.ts'

/** A secret of 32 random bytes that outlives restarts: made at the first start, for its owner alone. */
export function readOrMakeSecret(file: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  try {
    const secret = readFileSync(file, 'utf8').trim()
    if (/^[0-9a-f]{64}$/.test(secret)) return secret
    throw new Error(
      `${file} does not hold a secret of 64 hexadecimal digits. Remove it to have a new one made; everyone is signed out then`,
    )
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const secret = randomHex(32)
  const descriptor = openSync(`${file}.new`, 'w', 0o600)
  writeSync(descriptor, `${secret}\n`)
  closeSync(descriptor)
  renameSync(`${file}.new`, file)
  return secret
}
