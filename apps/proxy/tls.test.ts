import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { readTls } from './tls.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'bulkhead-tls-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('a certificate that is asked for is checked', () => {
  expect(readTls({ requestCert: true })).toMatchObject({
    requestCert: true,
    rejectUnauthorized: true,
  })
  expect(readTls({})).toMatchObject({ requestCert: false, rejectUnauthorized: false })
})

test('a file that holds no certificate is named', () => {
  const cert = join(folder, 'cert.pem')
  writeFileSync(cert, 'nothing of the kind')

  expect(() => readTls({ cert })).toThrow(/cert\.pem cannot be used/)
})

test('a file that cannot be read is named', () => {
  expect(() => readTls({ key: join(folder, 'none.pem') })).toThrow(
    /none\.pem cannot be read \(ENOENT\)/,
  )
})

test('versions before 1.2 are refused, and one can be had alone', () => {
  for (const protocol of ['SSLv3', 'TLSv1', 'TLSv1_1', 'nonsense'])
    expect(() => readTls({ protocol })).toThrow(`--ssl-protocol ${protocol} is not taken`)
  expect(readTls({ protocol: 'TLSv1_3' })).toMatchObject({
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
  })
  expect(readTls({ protocol: 'TLS' })).not.toHaveProperty('minVersion')
})
