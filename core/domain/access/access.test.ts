import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { Access } from './access.ts'
import { holds, reachOf, type Target } from './holds.ts'
import { intersectScopes, peopleInQuestion } from './intersect.ts'
import { NO_OWNER, type PersonOwner } from './owner.ts'
import type { Role } from './roles.ts'
import { SCOPE_TREE } from './scope-tree.ts'
import { formatScope, parseScope } from './scope.ts'

const ada: PersonOwner = { kind: 'user', name: 'ada', admin: false, groups: ['course'] }
const role = (rest: Partial<Role>): Role => ({
  name: 'teacher',
  description: '',
  scopes: [],
  users: [],
  groups: [],
  services: [],
  ...rest,
})

/** A world that is small enough to be asked about everything: two people, their servers, two groups, two services. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = { ada: ['course'], bob: [] }
const groupsOf = (user: string) => MEMBERS[user] ?? []
const TARGETS: readonly Target[] = [
  ...['ada', 'bob'].flatMap((user) => [{ user }, { user, server: '' }, { user, server: 'lab' }]),
  { group: 'course' },
  { group: 'other' },
  { service: 'cull' },
  { service: 'grade' },
  {},
]
const FILTERS = [
  '',
  '!user=ada',
  '!user=bob',
  '!server=ada/',
  '!server=ada/lab',
  '!server=bob/lab',
  '!group=course',
  '!group=other',
  '!service=cull',
]
const NAMES = [
  'servers',
  'read:servers',
  'access:servers',
  'admin:users',
  'read:users:name',
  'groups',
  'list:users',
]

const anyScope = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom(...FILTERS))
  .map(([name, filter]) => name + filter)
const anyScopes = fc.array(anyScope, { maxLength: 5 })

/** The slow, obvious answer: asks each written scope whether its filter lets the target through, and its name the wanted one. */
function obviously(written: readonly string[], wanted: string, target: Target): boolean {
  return written.some((text) => {
    const [name = '', filter = ''] = text.split('!')
    if (!reaches(name, wanted)) return false
    // Within one server nobody is read or listed.
    if (filter.startsWith('server=') && /(^|:)users(:|$)/.test(wanted)) return false
    return lets(filter, target)
  })
}

function reaches(name: string, wanted: string): boolean {
  return name === wanted || (SCOPE_TREE[name] ?? []).some((included) => reaches(included, wanted))
}

function lets(filter: string, { user, server, group, service }: Target): boolean {
  const [kind = '', value = ''] = filter.split('=')
  switch (kind) {
    case '':
      return true
    case 'user':
      return user === value
    case 'server':
      return server !== undefined && `${user}/${server}` === value
    case 'group':
      return user === undefined ? group === value : groupsOf(user).includes(value)
    case 'service':
      return service === value && user === undefined && group === undefined
    default:
      return false
  }
}

describe('expanding', () => {
  const access = new Access()

  test('a scope brings what it includes, each under the same filter', () => {
    expect(access.expand(['servers!user'], ada)).toEqual([
      'delete:servers!user=ada',
      'read:servers!user=ada',
      'read:users:name!user=ada',
      'servers!user=ada',
      'start:servers!user=ada',
    ])
  })

  test('self is a person’s own, and nothing for a service', () => {
    expect(access.expand(['self'], ada)).toContain('access:servers!user=ada')
    expect(access.expand(['self'], { kind: 'service', name: 'cull' })).toEqual([])
  })

  test('the short filters are the owner’s own; a service has no user and a person no service', () => {
    const server = { ...ada, server: 'lab' }
    expect(access.expand(['access:servers!server'], server)).toEqual([
      'access:servers!server=ada/lab',
    ])
    expect(access.expand(['access:servers!server'], ada)).toEqual([])
    expect(access.expand(['access:services!service'], { kind: 'service', name: 'cull' })).toEqual([
      'access:services!service=cull',
    ])
    expect(access.expand(['access:services!service'], ada)).toEqual([])
    expect(access.expand(['servers!user'], { kind: 'service', name: 'cull' })).toEqual([])
  })

  test.each([
    'nonsense',
    'servers!planet=earth',
    'servers!user=',
    'servers!server=ada',
    '__proto__',
    'constructor',
  ])('%s is refused', (scope) => {
    expect(() => access.expand([scope], ada)).toThrow(/there is no/)
    expect(access.isKnown(scope)).toBe(false)
    expect(access.expandKnown([scope, 'proxy'], ada)).toEqual(['proxy'])
  })

  test('a custom scope brings its own, and is not known without being defined', () => {
    const custom = new Access({
      roles: [],
      customScopes: [
        {
          name: 'custom:grades:write',
          description: 'Write grades',
          includes: ['custom:grades:read'],
        },
        { name: 'custom:grades:read', description: 'Read grades', includes: [] },
      ],
    })
    expect(custom.expand(['custom:grades:write!user'], ada)).toEqual([
      'custom:grades:read!user=ada',
      'custom:grades:write!user=ada',
    ])
    expect(access.isKnown('custom:grades:read')).toBe(false)
  })

  test('expanding what is expanded changes nothing', () => {
    fc.assert(
      fc.property(anyScopes, (scopes) => {
        const once = access.expand(scopes, NO_OWNER)
        expect(access.expand(once, NO_OWNER)).toEqual(once)
      }),
    )
  })
})

describe('holding', () => {
  const access = new Access()

  test('is what a slow and obvious reading of the scopes says, for every target', () => {
    fc.assert(
      fc.property(
        anyScopes,
        fc.constantFrom(...NAMES),
        fc.constantFrom(...TARGETS),
        (scopes, name, target) => {
          const held = holds(access.expand(scopes, NO_OWNER), name, target, groupsOf) === 'yes'
          expect(held).toBe(obviously(scopes, name, target))
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('a filtered scope never counts where nothing is named, and tells itself from none', () => {
    const scopes = access.expand(['admin:users!group=course'], NO_OWNER)
    expect(holds(scopes, 'admin:users', {}, groupsOf)).toBe('elsewhere')
    expect(holds(scopes, 'admin:groups', {}, groupsOf)).toBe('no')
    expect(holds(scopes, 'admin:users', { user: 'ada' }, groupsOf)).toBe('yes')
    expect(holds(scopes, 'admin:users', { user: 'bob' }, groupsOf)).toBe('elsewhere')
  })

  test('what a list may show is named', () => {
    const scopes = ['list:users!user=ada', 'list:users!group=course', 'list:users!server=ada/lab']
    expect(reachOf(scopes, 'list:users')).toEqual({
      users: ['ada'],
      groups: ['course'],
      services: [],
    })
    expect(reachOf([...scopes, 'list:users'], 'list:users')).toBe('everything')
  })
})

describe('intersecting', () => {
  const access = new Access()

  test('holds at most what both hold, and all that both hold but where two groups meet', () => {
    fc.assert(
      fc.property(anyScopes, anyScopes, (left, right) => {
        const [a, b] = [access.expand(left, NO_OWNER), access.expand(right, NO_OWNER)]
        const both = intersectScopes(a, b, groupsOf)
        const twoGroups = [...a, ...b].filter((scope) => scope.includes('!group=')).length > 1
        const wrong = NAMES.flatMap((name) =>
          TARGETS.filter((target) => {
            const inBoth =
              holds(a, name, target, groupsOf) === 'yes' &&
              holds(b, name, target, groupsOf) === 'yes'
            const held = holds(both, name, target, groupsOf) === 'yes'
            return held ? !inBoth : inBoth && !twoGroups
          }).map((target) => [name, target]),
        )
        expect(wrong).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('is the same from either side', () => {
    fc.assert(
      fc.property(anyScopes, anyScopes, (left, right) => {
        const [a, b] = [access.expand(left, NO_OWNER), access.expand(right, NO_OWNER)]
        expect(intersectScopes(a, b, groupsOf)).toEqual(intersectScopes(b, a, groupsOf))
      }),
    )
  })

  test('names the people whose groups decide, and nobody where no group is in play', () => {
    expect(peopleInQuestion(['servers!user=bob'], ['servers!group=course'])).toEqual(['bob'])
    expect(peopleInQuestion(['servers!user=bob'], ['proxy', 'groups!group=course'])).toEqual([])
  })
})

describe('roles', () => {
  test('come by being a person, by name, through a group, and by being an admin', () => {
    const access = new Access({
      roles: [
        role({ groups: ['course'], scopes: ['read:servers!group=course'] }),
        role({ name: 'operator', users: ['ada'], scopes: ['read:hub'] }),
        role({ name: 'culler', services: ['cull'], scopes: ['list:users'] }),
      ],
      customScopes: [],
    })
    const held = access.roles.of(ada).map(({ role: { name }, through }) => [name, through.kind])
    expect(held).toEqual([
      ['user', 'everyone'],
      ['teacher', 'group'],
      ['operator', 'name'],
    ])
    expect(access.roles.namesOf(ada)).toEqual(['user', 'operator'])
    expect(access.scopesOf(ada)).toContain('read:servers!group=course')
    expect(access.scopesOf({ kind: 'service', name: 'cull' })).toContain('list:users')
    expect(access.scopesOf({ ...ada, admin: true })).toContain('shutdown')
    expect(access.scopesOf(ada)).not.toContain('shutdown')
  })

  test('why somebody holds a scope names the role, the way to it and the scope that is written there', () => {
    const access = new Access({
      roles: [role({ groups: ['course'], scopes: ['servers!group=course'] })],
      customScopes: [],
    })
    expect(access.why('start:servers!group=course', ada)).toMatchObject([
      {
        held: { role: { name: 'teacher' }, through: { kind: 'group', group: 'course' } },
        scope: 'servers!group=course',
      },
    ])
    expect(access.why('read:servers!user=ada', ada)).toMatchObject([
      { held: { role: { name: 'user' } }, scope: 'self' },
    ])
    expect(access.why('shutdown', ada)).toEqual([])
  })

  test('what others share, and what the operator makes of a service, counts at once and ends at once', () => {
    const access = new Access()
    const shared = ['access:servers!server=bob/lab']
    expect(access.scopesOf(ada)).not.toContain(shared[0])
    expect(access.scopesOf({ ...ada, shared })).toContain(shared[0])
    expect(access.expand(['inherit'], { ...ada, shared })).toContain(shared[0])
    expect(access.scopesOf(ada)).not.toContain(shared[0])
    expect(access.why('access:servers!server=bob/lab', { ...ada, shared })).toMatchObject([
      { held: { through: { kind: 'share' } } },
    ])
    expect(access.roles.namesOf({ ...ada, shared })).toEqual(['user'])

    const cull = { kind: 'service', name: 'cull' } as const
    expect(access.scopesOf(cull)).toEqual([])
    expect(access.scopesOf({ ...cull, admin: true })).toContain('shutdown')
    expect(access.scopesOf(cull)).toEqual([])
  })

  test('the scopes of admin cannot be changed; those of user can', () => {
    const access = new Access({
      roles: [
        role({ name: 'admin', scopes: ['self'] }),
        role({ name: 'user', scopes: ['self', 'shares!user'] }),
      ],
      customScopes: [],
    })
    expect(access.scopesOf({ ...ada, admin: true })).toContain('admin:users')
    expect(access.scopesOf(ada)).toContain('shares!user=ada')
  })
})

test('a scope that was taken apart is put together the same', () => {
  for (const name of NAMES)
    for (const filter of FILTERS) {
      const parsed = parseScope(name + filter, NO_OWNER)
      expect(parsed && formatScope(parsed)).toBe(name + filter)
    }
})
