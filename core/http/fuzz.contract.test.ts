import { afterAll, describe, expect, test } from 'vitest'

import { openApiDocument } from '#core/contract/openapi.ts'

import { furnish } from './testing/fuzz/furnish.ts'
import { fuzz, operationsOf, type Tally } from './testing/fuzz/fuzz.ts'
import { type Asked, OpenHub } from './testing/open-hub.ts'

/** The same each time, so that a run says something of a change; others are tried with FUZZ_SEED. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 50)

const document = openApiDocument()
/** Its answer goes on for an hour. */
const ENDLESS = 'GET /users/{user}/notices'

const operations = operationsOf(document).map(
  (each) => [`${each.method} ${each.path}`, each] as const,
)

/** Codes and links come by other ways, a browser's and the operator's doors are tried in tests of their own, a default server is there already, and one way is closed to everyone. */
const NOT_BY_TOKEN = new Set([
  'POST /set-up',
  'POST /set-up-link',
  'POST /sign-up',
  'POST /sign-up/check',
  'GET /oauth2/authorize',
  'POST /oauth2/authorize',
  'POST /oauth2/token',
  'PUT /user/password',
  'GET /audit/verify',
  'PUT /users/{user}/server',
  'POST /users/{user}/admin-access',
])

describe('requests that the OpenAPI document brings forth', () => {
  const tallies = new Map<string, Tally>()
  afterAll(() => {
    const counts = new Map<number, number>()
    for (const tally of tallies.values())
      for (const [status, count] of tally) counts.set(status, (counts.get(status) ?? 0) + count)
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
    const shown = [...counts]
      .toSorted(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
    console.log(
      `fuzz: seed ${SEED}, ${operations.length} operations as 3 callers, ${total} requests (${shown.join(', ')})`,
    )
  })

  test.each(operations)(
    '%s are answered as it says, without a 5xx',
    async (name, asked) => {
      for (const who of ['nobody', 'bob', 'ada']) {
        await using hub = await OpenHub.open()
        await hub.browserOf('bob')
        const known = await furnish(hub, { authorization: await hub.tokenOf('ada') })
        const headers: Record<string, string> =
          who === 'nobody' ? {} : { authorization: await hub.tokenOf(who) }

        const target = {
          ask: (path: string, said?: Asked) =>
            hub.ask(path, { ...said, firstOfStream: name === ENDLESS }),
        }
        const tally = await fuzz(target, document, {
          asked,
          headers,
          known,
          runs: RUNS,
          seed: SEED,
        })

        tallies.set(`${who} ${name}`, tally)
        expect(hub.troubles, 'nothing unforeseen').toEqual([])
        const succeeded = [...tally.keys()].some((status) => status < 300)
        expect(
          succeeded || who !== 'ada' || NOT_BY_TOKEN.has(name),
          `an admin succeeds: ${[...tally.keys()].join()}`,
        ).toBe(true)
      }
    },
    60_000,
  )
})
