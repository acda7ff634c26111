import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SecureContextOptions } from 'node:tls'

import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'

import { Certificates } from './certificates.ts'
import { openLog } from './log.ts'

let folder: string
let lines: string[]
let shown: SecureContextOptions[]
let certificates: Certificates

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-certificates-'))
  for (const name of ['one', 'two']) {
    const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)]
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '9']
    execFileSync('openssl', ['req', '-x509', ...kind, ...files, '-subj', `/CN=${name}`], {
      stdio: 'ignore',
    })
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const put = (key: string, cert: string) => {
  cpSync(join(folder, `${key}.key`), join(folder, 'key.pem'))
  cpSync(join(folder, `${cert}.pem`), join(folder, 'cert.pem'))
}
const two = () => readFileSync(join(folder, 'two.pem'))

beforeEach(() => {
  lines = []
  shown = []
  put('one', 'one')
  certificates = new Certificates(openLog('info', (line) => lines.push(line)))
  certificates.add(
    'the public side',
    { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') },
    (tls) => shown.push(tls),
  )
})

describe('certificates', () => {
  test('are read anew when somebody says so', () => {
    put('two', 'two')
    expect(certificates.reload()).toEqual({ renewed: ['the public side'], troubles: [] })
    expect(shown).toMatchObject([{ cert: two() }])
    expect(lines.join()).toMatch(/the public side is renewed, valid until \d{4}-\d\d-\d\d/)
  })

  test.each([
    ['a key of another one', () => put('one', 'two'), /mismatch/],
    ['no certificate', () => writeFileSync(join(folder, 'cert.pem'), 'nonsense'), /PEM/i],
    ['no file', () => rmSync(join(folder, 'key.pem')), /key\.pem cannot be read \(ENOENT\) by /],
  ])('stay as they are where there is %s, and it is said why', (_what, spoil, why) => {
    spoil()
    const { renewed, troubles } = certificates.reload()
    expect(renewed).toEqual([])
    expect(troubles.join()).toMatch(why)
    expect(shown).toEqual([])
    expect(lines.join()).toMatch(/stays as it is/)
  })

  test('are read anew when the files have changed, the key first or last', () => {
    vi.useFakeTimers()
    try {
      certificates.watch()
      vi.advanceTimersByTime(10_000)
      expect(shown).toEqual([])
      cpSync(join(folder, 'two.key'), join(folder, 'key.pem'))
      vi.advanceTimersByTime(10_000)
      expect(shown).toEqual([])
      expect(lines).toHaveLength(1)
      cpSync(join(folder, 'two.pem'), join(folder, 'cert.pem'))
      vi.advanceTimersByTime(10_000)
      expect(shown).toMatchObject([{ cert: two() }])
    } finally {
      vi.useRealTimers()
    }
  })
})
