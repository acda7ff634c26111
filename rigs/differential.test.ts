import { afterAll, describe, expect, test } from 'vitest'

import type { Case } from './differential/case.ts'
import { compare } from './differential/compare.ts'
import { isListed, neverSeen } from './differential/differences.ts'
import { browsers } from './differential/browsers.ts'
import { groups } from './differential/groups.ts'
import { hub } from './differential/hub.ts'
import { startPair } from './differential/hubs.ts'
import { oauth } from './differential/oauth.ts'
import { pages } from './differential/pages.ts'
import { servers } from './differential/servers.ts'
import { services } from './differential/services.ts'
import { shares } from './differential/shares.ts'
import { tokens } from './differential/tokens.ts'
import { users } from './differential/users.ts'
import { World } from './differential/world.ts'

const TABLES: Readonly<Record<string, readonly Case[]>> = {
  users,
  groups,
  tokens,
  servers,
  services,
  shares,
  hub,
  oauth,
  browsers,
  pages,
}
const ONLY = process.env['DIFFERENTIAL_ONLY']?.split(',')
const chosen = Object.entries(TABLES).filter(([name]) => ONLY?.includes(name) ?? true)

/**
 * The same requests, in the same order, to the real JupyterHub and to this hub, each noun from a new and equal starting state. Whatever
 * differs in status, headers or shape is listed with its reason, and whatever is listed does differ.
 */
describe('beside the real JupyterHub', () => {
  let requests = 0
  afterAll(() => console.log(`${requests} requests to each hub`))

  test.each(chosen)(
    '%s are answered alike, or otherwise for a reason that is written down',
    async (noun, cases) => {
      await using pair = await startPair()
      const [theirs, ours] = await Promise.all([World.open(pair.theirs), World.open(pair.ours)])
      const unlisted: string[] = []
      for (const each of cases) {
        const [a, b] = await Promise.all([theirs.run(each), ours.run(each)])
        requests += 1
        const lines = compare(
          { url: pair.theirs.url, answer: a },
          { url: pair.ours.url, answer: b },
        )
        const unknown = lines.filter((line) => !isListed(noun, each, line))
        if (unknown.length > 0)
          unlisted.push(
            [
              `${each.as}: ${each.method} ${each.path} ${JSON.stringify(each.body ?? null).slice(0, 100)} ${JSON.stringify(each.headers ?? {})}`,
              ...unknown.map((line) => `    ${line}`),
              `    theirs: ${a.text.slice(0, 200)}`,
              `    ours:   ${b.text.slice(0, 200)}`,
            ].join('\n'),
          )
      }
      expect(
        unlisted.join('\n'),
        `${unlisted.length} requests differ in ways that are not listed`,
      ).toBe('')
    },
    180_000,
  )

  test.skipIf(ONLY !== undefined)('every listed difference still occurs', () => {
    expect(neverSeen()).toEqual([])
  })
})
