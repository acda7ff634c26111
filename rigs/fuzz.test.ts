import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { openApiDocument } from '#core/contract/openapi.ts'
import { furnish, type FuzzTarget } from '#core/http/testing/fuzz/furnish.ts'
import { fuzz, operationsOf, type Tally } from '#core/http/testing/fuzz/fuzz.ts'

import { publicFolder } from '../e2e/public-folder.ts'
import { RunningHub } from '../e2e/running-hub.ts'
import { ask } from './differential/ask.ts'
import { PASSWORD } from './differential/hubs.ts'
import { signIn } from './differential/world.ts'

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 15)

/** They end the hub, lead its proxy away, or are streams without an end. */
const LEFT_OUT = new Set(['POST /shutdown', 'PATCH /proxy', 'GET /users/{user}/notices'])

const document = openApiDocument()
const operations = operationsOf(document).filter(
  ({ method, path }) => !LEFT_OUT.has(`${method} ${path}`),
)

/** As core/http/fuzz.contract.test.ts, on a hub that was started with ./start, with its database and its processes. */
describe('a running hub', () => {
  let hub: RunningHub
  const place = publicFolder()
  const tokens: Record<string, string> = {}
  const tallies: Tally[] = []

  beforeAll(async () => {
    const program = join(place.folder, 'simulated-single-user.py')
    copyFileSync(join(import.meta.dirname, 'simulated-single-user.py'), program)
    hub = await RunningHub.create({
      config: JSON.stringify({
        authenticator: { use: 'dummy', allow: 'everyone', password: PASSWORD, admins: ['ada'] },
        spawner: { command: [join(process.env['BULKHEAD_CLIENTS'] ?? '', 'bin/python'), program] },
      }),
    })
    for (const name of ['ada', 'bob']) {
      const { cookie, xsrf } = await signIn(hub, name)
      const { text } = await ask(hub.url, {
        method: 'POST',
        path: `/hub/api/users/${name}/tokens`,
        headers: { cookie, 'x-xsrftoken': xsrf },
      })
      tokens[name] = `token ${(JSON.parse(text) as { token: string }).token}`
    }
  })
  afterAll(async () => {
    await hub?.[Symbol.asyncDispose]()
    await place[Symbol.asyncDispose]()
    const counts = new Map<number, number>()
    for (const tally of tallies)
      for (const [status, count] of tally) counts.set(status, (counts.get(status) ?? 0) + count)
    console.log(
      `fuzz of ./start: seed ${SEED}, ${operations.length} operations as 3 callers:`,
      Object.fromEntries(counts),
    )
  })

  const target: FuzzTarget = {
    ask: async (path, { method = 'GET', headers = {}, body } = {}) => {
      const answer = await ask(hub.url, {
        path,
        method,
        headers,
        ...(body !== undefined && { body }),
      })
      // An address that cannot be read comes no further than the proxy.
      const fromProxy =
        answer.status === 400 && answer.headers['x-jupyterhub-version'] === undefined
      return fromProxy ? { ...answer, headers: { 'x-jupyterhub-version': 'proxy' } } : answer
    },
  }

  test.each(['nobody', 'bob', 'ada'])(
    'answers everything as the document says, to %s',
    async (who) => {
      const known = await furnish(target, { authorization: tokens['ada'] ?? '' })
      for (const asked of operations) {
        const headers: Record<string, string> =
          who === 'nobody' ? {} : { authorization: tokens[who] ?? '' }
        tallies.push(
          await fuzz(target, document, { asked, headers, known, runs: RUNS, seed: SEED }),
        )
      }
      expect((await target.ask('/hub/health')).status).toBe(200)
    },
    600_000,
  )
})
