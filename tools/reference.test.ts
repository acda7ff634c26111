import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { SETTINGS } from '#core/config/settings-list.ts'

import { REFERENCE, ROOT } from './reference-pages.ts'

describe('docs/reference', () => {
  test.each(REFERENCE)(
    '$file says what the code says (else: node tools/reference.ts)',
    ({ file, make }) => {
      expect(readFileSync(join(ROOT, file), 'utf8')).toBe(make())
    },
  )

  test('every setting is described in words', () => {
    const page = readFileSync(join(ROOT, 'docs/reference/settings.md'), 'utf8')

    for (const { name, description } of SETTINGS) {
      expect([name, description]).toEqual([name, expect.stringMatching(/\w+ \w+/)])
      expect(page).toContain(`| \`${name}\` |`)
    }
    for (const line of page.split('\n').filter((each) => each.startsWith('| `')))
      expect(line).not.toMatch(/\| *\|$/)
  })
})
