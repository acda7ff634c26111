import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { ConfigError } from './config-error.ts'
import { CONFIG_TEMPLATE } from './config-template.ts'
import { adding, type Edit, removing, setting, unsetting } from './edit.ts'
import { at } from './edit-text.ts'
import { parseConfig } from './load.ts'
import { readText } from './read-text.ts'
import { SETTINGS } from './settings-list.ts'

const FILE = 'config.yaml'

const EXAMPLE = `# The hub of the physics department
listen: 127.0.0.1:9000     # behind nginx
authenticator:             # people
  admins: [ada, bob]       # heads
  # nobody else
spawner:
  command:
    - jupyterhub-singleuser  # ours
    - --debug
  environment: { LANG: C }
roles:
  # may look
  - name: teacher
    scopes: [list:users]   # names only
    users: [bob]
culling:
`

describe('changing the file by name', () => {
  test('a value that stands there is replaced, and nothing else of the text', () => {
    expect(edited(EXAMPLE, setting('listen', ['127.0.0.1:9100']))).toBe(
      EXAMPLE.replace('9000', '9100'),
    )
    expect(edited(EXAMPLE, setting('roles.teacher.scopes', ['list:users', 'read:hub']))).toBe(
      EXAMPLE.replace('[list:users]', '[list:users, read:hub]'),
    )
  })

  test('what is new gets a place of its own, and comments stay where they are', () => {
    const text = edited(EXAMPLE, setting('culling.idle_after', ['2h']))

    expect(text).toBe(`${EXAMPLE}  idle_after: 2h\n`)
    expect(parseConfig(text, FILE).culling.idle_after).toBe(7_200_000)
  })

  test('entries are added behind those that are there, whose comments stay with them', () => {
    expect(edited(EXAMPLE, adding('authenticator.admins', ['Carol', 'dan']))).toBe(
      EXAMPLE.replace('[ada, bob]', '[ada, bob, Carol, dan]'),
    )
    expect(edited(EXAMPLE, adding('spawner.command', ['--debug']))).toBe(
      EXAMPLE.replace('    - --debug\n', '    - --debug\n    - --debug\n'),
    )
  })

  test('a list that only has its default gets it written down first', () => {
    const text = edited('', adding('spawner.command', ['--debug']))

    expect(parseConfig(text, FILE).spawner.command).toEqual(['jupyterhub-singleuser', '--debug'])
  })

  test('things with a name are added whole, reached by it, and taken out by it', () => {
    const added = edited(
      EXAMPLE,
      adding('roles', ['{ name: guest, scopes: ["read:users!group=Kurs A"] }']),
    )
    const named = edited(added, adding('roles.guest.users', ['eve']))

    expect(parseConfig(named, FILE).roles[1]).toMatchObject({
      name: 'guest',
      scopes: ['read:users!group=Kurs A'],
      users: ['eve'],
    })
    expect(edited(added, removing('roles', ['guest']))).toBe(EXAMPLE)
  })

  test('groups and variables are added by name, names with dots included', () => {
    const text = [
      adding('groups', ['kurs.1']),
      setting('groups.kurs.1.limits.named_servers', ['3']),
      adding('groups.kurs.1.users', ['ada']),
      adding('spawner.environment', ['A=b=c']),
      setting('culling.users.ada@uni.edu.idle_after', ['0']),
    ].reduce(edited, EXAMPLE)
    const { groups, spawner, culling } = parseConfig(text, FILE)

    expect(groups['kurs.1']).toMatchObject({ users: ['ada'], limits: { named_servers: 3 } })
    expect(spawner.environment).toEqual({ LANG: 'C', A: 'b=c' })
    expect(culling.users['ada@uni.edu']).toEqual({ idle_after: 0 })
    expect(parseConfig(edited(text, removing('groups', ['Kurs.1'])), FILE).groups).toEqual({})
  })

  test('a setting that is taken out counts by its default, and leaves no empty section', () => {
    const text = edited(EXAMPLE, setting('named_servers.per_user', ['9']))

    expect(edited(text, unsetting('named_servers.per_user'))).toBe(EXAMPLE)
    expect(edited('listne: 1\nlisten: 127.0.0.1:9000\n', unsetting('listne'))).toBe(
      'listen: 127.0.0.1:9000\n',
    )
  })

  test.each([
    [
      'a slip of the pen',
      setting('culling.idle_afer', ['1h']),
      /did you mean culling\.idle_after\?/,
    ],
    ['two words for one value', setting('culling.idle_after', ['1h', '2h']), /takes one value/],
    [
      'an entry that nobody has',
      setting('roles.techer.users', ['x']),
      /config add roles '\{ name: techer/,
    ],
    [
      'an entry that is there already',
      adding('authenticator.admins', ['ADA']),
      /ADA is in .* already/,
    ],
    ['an entry that is not there', removing('authenticator.admins', ['eve']), /eve is not in/],
    ['adding to what is no list', adding('listen', ['x']), /bulkhead config set listen VALUE/],
    ['a variable without a value', adding('spawner.environment', ['A']), /NAME=VALUE/],
    ['taking out what is not set', unsetting('culling.max_age'), /is not set/],
  ])('%s is refused with what to do', (_what, edit, said) => {
    expect(() => edited(EXAMPLE, edit)).toThrow(said)
    expect(() => edited(EXAMPLE, edit)).toThrow(ConfigError)
  })

  test('a value that is written once for several places is left to an editor', () => {
    const shared = 'culling: { idle_after: &time 2h, warn_before: *time }\n'

    expect(() => edited(shared, setting('culling.warn_before', ['1h']))).toThrow(/an alias/)
    expect(() => edited(shared, setting('culling.idle_after', ['1h']))).toThrow(/an anchor/)
  })
})

describe('any setting', () => {
  const texts = fc.constantFrom('', CONFIG_TEMPLATE, EXAMPLE)
  const plain = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 })

  test('of text, whatever is set is what is read, and no comment is lost', () => {
    const name = fc.constantFrom(
      'spawner.environment.VALUE',
      'authenticator.password',
      'database.password_file',
      'spawner.homes',
    )
    fc.assert(
      fc.property(texts, name, plain, (text, setName, value) => {
        const after = edited(text, setting(setName, [value]))

        expect(at(readText(after, FILE).raw, setName.split('.'))).toBe(value)
        expect(commentsOf(after)).toEqual(commentsOf(text))
        expect(edited(after, setting(setName, [value]))).toBe(after)
      }),
      { numRuns: 150 },
    )
  })

  test('of texts in a list, what is added is behind what was there', () => {
    fc.assert(
      fc.property(texts, fc.array(plain, { minLength: 1, maxLength: 3 }), (text, words) => {
        const before = parseConfig(text, FILE).spawner.command
        const after = edited(text, adding('spawner.command', words))

        expect(parseConfig(after, FILE).spawner.command).toEqual([...before, ...words])
        expect(commentsOf(after)).toEqual(commentsOf(text))
      }),
      { numRuns: 150 },
    )
  })

  test('can be set to its default, which is then what the file says, and be unset again', () => {
    for (const { name, path, default: usual } of SETTINGS) {
      if (usual === undefined) continue
      const words = Array.isArray(usual) ? usual.map(String) : [asWord(usual)]
      const after = edited(CONFIG_TEMPLATE, setting(name, words))

      expect([name, at(readText(after, FILE).raw, path)]).toEqual([name, usual])
      expect(parseConfig(after, FILE)).toEqual(parseConfig('', FILE))
      expect(edited(after, unsetting(name))).toBe(CONFIG_TEMPLATE)
    }
  })
})

const asWord = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

function edited(text: string, edit: Edit): string {
  return edit({ text, file: FILE })
}

/** The comments of the texts above, which hold no # elsewhere. */
function commentsOf(text: string): readonly string[] {
  const ours = new Set(
    [...`${CONFIG_TEMPLATE}\n${EXAMPLE}`.matchAll(/#[^\n]*/g)].map(([all]) => all),
  )
  return [...text.matchAll(/#[^\n]*/g)]
    .map(([all]) => all)
    .filter((each) => ours.has(each))
    .toSorted()
}
