import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { parseConfig } from '#core/config/load.ts'
import { SCOPE_NAMES } from '#core/config/schema/scopes.ts'
import { Access } from '#core/domain/access/access.ts'
import { SCOPE_TREE } from '#core/domain/access/scope-tree.ts'

import { roleSettings } from './settings.ts'

describe('rights in the configuration', () => {
  test('the scopes that the configuration knows are those that the hub has', () => {
    expect([...SCOPE_NAMES].toSorted()).toEqual(Object.keys(SCOPE_TREE).toSorted())
  })

  test('shares.everyone lets everyone share what is his own, and takes nothing away', () => {
    const ada = { kind: 'user', name: 'ada', admin: false, groups: [] } as const
    const scopesUnder = (text: string) => accessOf(text)?.scopesOf(ada) ?? []

    const usual = scopesUnder('')
    expect(usual).not.toContain('shares!user=ada')
    const shared = scopesUnder('shares: { everyone: true }')
    expect(shared).toEqual(expect.arrayContaining([...usual, 'shares!user=ada']))
    const own = scopesUnder(
      'shares: { everyone: true }\nroles: [{ name: user, scopes: [self, "read:hub"] }]',
    )
    expect(own).toEqual(expect.arrayContaining([...usual, 'read:hub', 'shares!user=ada']))
  })

  test('a scope that the configuration takes is one that the hub can read', () => {
    const scope = fc
      .tuple(
        fc.constantFrom('users', 'read:servers', 'custom:lab:use'),
        fc.constantFrom(
          '',
          '!user',
          '!server',
          '!service',
          '!user=Ada',
          '!group=Kurs A',
          '!x=y',
          '!server=ada/',
          '!server=ada',
          '!server=ada/lab',
          '!service=cull',
          '!',
          '!user=',
          '!!user',
        ),
      )
      .map((parts) => parts.join(''))

    fc.assert(
      fc.property(fc.array(scope, { maxLength: 3 }), (scopes) => {
        const text = JSON.stringify({
          roles: [{ name: 'one-role', scopes, users: ['Ada'] }],
          custom_scopes: { 'custom:lab:use': { description: 'use the lab' } },
        })
        const access = accessOf(text)
        const role = access?.roles.get('one-role')
        expect(role === undefined || role.scopes.every((each) => access?.isKnown(each))).toBe(true)
        expect(role === undefined || role.users[0] === 'ada').toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

function accessOf(text: string): Access | undefined {
  try {
    return new Access(roleSettings(parseConfig(text, 'config.yaml')))
  } catch {
    return undefined
  }
}
