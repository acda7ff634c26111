import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'

import { ConfigError } from './config-error.ts'
import { parseConfig } from './load.ts'
import { SETTINGS, withValueAt } from './settings-list.ts'

/** Something of everything. */
const FULL = {
  public_url: 'http://hub.localhost:8000',
  database: { url: 'postgresql://hub@db.example/hub', password_file: 'db' },
  spawner: {
    environment: { LANG: 'C' },
    form: [
      { name: 'size', label: 'Size', type: 'choice', choices: ['s', { value: 'm', label: 'M' }] },
      { name: 'cores', label: 'Cores', type: 'number', min: 1, max: 4, default: 2 },
      { name: 'parts', label: 'Parts', type: 'multi', choices: ['a'], default: ['a'] },
    ],
  },
  culling: { exempt: { users: ['ada'], groups: ['staff'] }, groups: { staff: { max_age: '1d' } } },
  groups: { staff: { users: ['ada'], properties: { a: [1] }, limits: { named_servers: 1 } } },
  roles: [
    { name: 'teacher', scopes: ['read:users!group=staff', 'custom:lab:use'], users: ['bob'] },
  ],
  custom_scopes: { 'custom:lab:use': { description: 'use', subscopes: [] } },
  services: [{ name: 'cull', url: 'http://127.0.0.1:1', command: ['x'], environment: { A: 'b' } }],
}

const ODD = [
  '',
  'soon',
  '-1s',
  '//x',
  'ftp://x',
  ' ',
  '\u0000',
  0,
  -1,
  1.5,
  true,
  null,
  [],
  {},
  [[]],
  ['x'],
  { x: {} },
  [null],
]

/** Every value that comes of one part being something else. */
function* spoilt(value: unknown): Generator {
  yield* ODD
  if (typeof value !== 'object' || value === null) return
  for (const [key, each] of Object.entries(value))
    for (const other of spoilt(each))
      yield Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other }
}

const mistakesOf = (text: string): readonly string[] => {
  try {
    parseConfig(text, 'config.yaml')
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n').slice(1)
    throw error
  }
}

describe('a mistake in the settings', () => {
  test('whatever stands where, is taken or told by its line and name, in words', () => {
    const odd = fc.oneof(
      fc.constantFrom('soon', '-1s', '99999999d', '1h', 'ftp://x', '//x', '/x y', 'custom:a', '0'),
      fc.jsonValue({ maxDepth: 2 }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...SETTINGS), odd, ({ path, name }, value) => {
        const text = `# a comment\n${stringify(withValueAt({}, path, value))}`
        for (const mistake of mistakesOf(text)) {
          const [, line, said = ''] = /^ {2}line (\d+): (.*)$/s.exec(mistake) ?? []
          expect([mistake, Number(line)]).toEqual([mistake, expect.any(Number)])
          expect(Number(line)).toBeGreaterThan(1)
          expect(said.startsWith(path[0] ?? '')).toBe(true)
          expect([name, said]).toEqual([name, expect.stringMatching(/\w \w+/)])
          expect(said).not.toMatch(/Invalid input|undefined|\[object/)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('any part of a full file may be anything: it is taken, or told, and nothing breaks', () => {
    expect(mistakesOf(JSON.stringify(FULL))).toEqual([])
    const all = [...spoilt(FULL)]
    const told = all.filter((each) => mistakesOf(JSON.stringify(each)).length > 0)

    expect(all.length).toBeGreaterThan(1000)
    expect(told.length).toBeGreaterThan(all.length / 2)
  })

  test.each([
    ['spwaner: {}', /line 1: spwaner is not a setting: did you mean spawner\?/],
    ['culling: {idle_afer: 1h}', /culling\.idle_afer is not a setting: did you mean idle_after\?/],
    ['culling: {idle_after: 60}', /such as 30s, 10m, 1h or 2d, nor 0 for none/],
    ['tokens: {longest: 9999d}', /is longer than 3650d/],
    ['named_servers: {allow: yes}', /must be true or false/],
    ['spawner: {environment: {PORT: 80}}', /must be text \(numbers, .* need quotes/],
    ['spawner: {default_url: "//evil.example"}', /begins with one slash/],
    ['database: {url: "postgresql://a:hush@b/c"}', /put it into a file of mode 0600/],
    ['database: {url: mysql://x}', /is neither sqlite nor an address such as postgresql:/],
    ['roles: [{name: x}]', /roles\.0\.name is no name for a role: 3 to 255/],
    ['roles: [{name: one}, {name: one}]', /roles\.1\.name stands here a second time: one/],
    ['roles: [{name: admin, scopes: [self]}]', /make a role with another name/],
    ['roles: [{name: one, scopes: [everything]}]', /is no scope that there is: everything/],
    ['roles: [{name: one, scopes: ["users!team=x"]}]', /Filters are !user=NAME/],
    ['roles: [{name: one, scopes: ["custom:x:y"]}]', /not defined in custom_scopes: custom:x:y/],
    [
      'custom_scopes: {"custom:aa:b": {description: x, subscopes: ["custom:no:no"]}}',
      /is not defined/,
    ],
    ['groups: {Ada1: {}, "Ada１": {}}', /stands here a second time: Ada1/],
    ['groups: {"-x": {}}', /a group's name starts with a letter or digit/],
    ['services: [{name: a/b}]', /is no name for a service/],
    ['services: [{name: a, url: "unix:///run/x"}]', /is not a web address/],
    ['services: [{name: a, cwd: /x}]', /is of use with a command alone/],
    ['spawner: {form: [{name: a, label: A, type: pie}]}', /must be one of text, number/],
    ['spawner: {form: [{name: a, label: A, type: text, environment: JPY_X}]}', /the hub.s own/],
    ['spawner: {form: [{name: a, label: A, type: choice, choices: [x], default: y}]}', /not among/],
    [
      'spawner: {form: [{name: a, label: A, type: number, min: 3, max: 1}]}',
      /min \(3\) is above max/,
    ],
    ['a: &a [x]\nb: *a\n', /a is not a setting/],
  ])('%s is told with what to do', (text, said) => {
    expect(mistakesOf(text).join('\n')).toMatch(said)
  })

  test('a file that grows without end when it is read is refused, not read', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]']
    for (const [one, next] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map((pair) => pair.split('')))
      lines.push(`${next}: &${next} [${Array.from({ length: 9 }, () => `*${one}`).join(', ')}]`)

    expect(() => parseConfig(lines.join('\n'), 'config.yaml')).toThrow(ConfigError)
  })
})
