import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { ProcessHomes } from './process-homes.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-homes-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = new Date('2030-02-03T04:05:06Z')

function fill(name: string, text: string): void {
  mkdirSync(join(folder, name))
  writeFileSync(join(folder, name, 'notes'), text)
}

test('files are moved aside whole, as often as needed, and nothing is written over', async () => {
  const homes = new ProcessHomes({ homesDir: folder })
  expect(await homes.exists('ada')).toBe(false)
  await homes.setAside('ada', at)

  for (const text of ['first', 'second']) {
    fill('ada', text)
    expect(await homes.exists('ada')).toBe(true)
    await homes.setAside('ada', at)
  }

  expect(existsSync(join(folder, 'ada'))).toBe(false)
  const read = (name: string) => readFileSync(join(folder, name, 'notes'), 'utf8')
  expect(read('ada+removed-2030-02-03')).toBe('first')
  expect(read('ada+removed-2030-02-03-2')).toBe('second')
})

test.each(['ada.removed-2030-02-03', 'ada+removed-2030-02-03'])(
  'what was moved aside is nobody’s, not even of who calls himself %s',
  async (name) => {
    const homes = new ProcessHomes({ homesDir: folder })
    fill('ada', 'hers')

    await homes.setAside('ada', at)

    expect(await homes.exists(name)).toBe(false)
  },
)

test('a folder outside of the homes is out of reach, whatever the name', async () => {
  const homes = new ProcessHomes({ homesDir: join(folder, 'homes') })
  mkdirSync(join(folder, 'homes'))
  fill('other', 'mine')

  await homes.setAside('../other', at)

  expect(await homes.exists('../other')).toBe(false)
  expect(readFileSync(join(folder, 'other', 'notes'), 'utf8')).toBe('mine')
})
