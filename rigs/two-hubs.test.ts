import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'

import { PostgresCluster } from '#adapters/store-sql/testing/postgres-cluster.ts'

import {
  compilerMissing,
  compileSimulatedServer,
  type SimulatedServer,
} from '../bench/simulated-server.ts'
import { eventually, kill } from '../e2e/running-hub.ts'
import { HubProcess, runningServers } from './hub-process.ts'
import { processesWith } from './running-as.ts'

const TAKEN_OVER_MS = 15_000
const STARTS = 200
const CUT_OFF = 60

const Row = z.object({
  owner: z.string(),
  state: z.string(),
  public_id: z.string(),
  lease_holder: z.string().nullable(),
})

const missing = PostgresCluster.whyNot() ?? HubProcess.whyNot() ?? compilerMissing()

const why = missing === undefined ? '' : ` (${missing})`

/** Two hubs, each with its own proxy, on one PostgreSQL; servers that answer at once and count their starts. */
describe.skipIf(missing !== undefined)(`two hubs on one PostgreSQL${why}`, () => {
  let cluster: PostgresCluster
  let server: SimulatedServer
  let folder: string
  let hubs: readonly [HubProcess, HubProcess]
  let token: string

  beforeAll(async () => {
    cluster = await PostgresCluster.start()
    server = compileSimulatedServer()
    folder = mkdtempSync('/var/tmp/bulkhead-two-')
    chmodSync(folder, 0o777)
    for (const name of ['starts', 'seconds']) {
      writeFileSync(join(folder, name), name === 'seconds' ? '0' : '')
      chmodSync(join(folder, name), 0o666)
    }
    const script = join(folder, 'server')
    writeFileSync(
      script,
      `#!/bin/sh\necho "$JUPYTERHUB_USER" >>${folder}/starts\nsleep "$(cat ${folder}/seconds)"\nexec ${server.command} "$@"\n`,
    )
    chmodSync(script, 0o755)
    const config = `
database: { url: "${await cluster.database()}" }
authenticator: { use: dummy, allow: everyone, password: open sesame }
spawner: { use: process, command: [${script}] }
`
    hubs = [await HubProcess.create(config), await HubProcess.create(config)]
    await Promise.all(hubs.map((hub) => hub.start()))
    const [one] = hubs
    await one.operate('POST', '/users/boss', { admin: true })
    const made = await one.operate('POST', '/users/boss/tokens', { note: 'for the test' })
    token = z.object({ token: z.string() }).parse(made).token
  })
  afterAll(async () => {
    for (const hub of hubs) await hub[Symbol.asyncDispose]()
    for (const { pid } of processesWith(server.command)) kill(pid)
    for (const { pid } of processesWith(join(folder, 'server'))) kill(pid)
    await cluster[Symbol.asyncDispose]()
    server[Symbol.dispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const rows = async (like: string) =>
    z
      .array(Row)
      .parse(
        await cluster.run(
          cluster.urlOfLast,
          `select users.name as owner, state, public_id, lease_holder from servers join users on users.id = user_id where users.name like '${like}' order by users.name`,
        ),
      )
  const startsOf = (like: string) =>
    readFileSync(join(folder, 'starts'), 'utf8')
      .split('\n')
      .filter((name) => name.startsWith(like))
      .toSorted()
  const addPeople = async (prefix: string, count: number) => {
    const names = Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(3, '0')}`)
    for (const [i, name] of names.entries())
      await hubs[i % 2 === 0 ? 0 : 1].operate('POST', `/users/${name}`, {})
    return names
  }
  const allAre = (state: string, prefix: string) => async () =>
    (await rows(`${prefix}%`)).every((row) => row.state === state)

  test('a person who is made, a token that is issued, a browser that is signed in at one are known at the other', async () => {
    const [one, two] = hubs
    for (const hub of hubs)
      expect((await hub.ask('/hub/api/user', { token })).text).toContain('"name":"boss"')

    await two.operate('POST', '/users/ada', {})

    expect((await one.ask('/hub/api/users/ada', { token })).status).toBe(200)
  })

  test(`${STARTS} starts at once, spread over both and every fourth asked of both, are done once each`, async () => {
    const people = await addPeople('storm', STARTS)
    const begun = Date.now()

    const answers = await Promise.all(
      people.flatMap((name, i) =>
        hubs
          .filter((_hub, which) => i % 2 === which || i % 4 === 0)
          .map((hub) => hub.ask(`/hub/api/users/${name}/server`, { method: 'POST', token })),
      ),
    )
    await eventually(allAre('ready', 'storm'), 60_000)
    console.log(`${STARTS} starts over two hubs took ${Date.now() - begun} ms`)

    // Whoever asks for what runs already is told so.
    expect(answers.filter(({ status }) => ![201, 202, 400].includes(status))).toEqual([])
    expect(startsOf('storm')).toEqual(people)
    const ids = (await rows('storm%')).map(({ public_id: id }) => id)
    expect(runningServers(server.command).toSorted()).toEqual(ids.toSorted())
  })

  test('every server is reached through both', async () => {
    const closed = async () => {
      const asked = (await rows('storm%')).flatMap(({ owner }) =>
        hubs.map(async (hub) => (await hub.ask(`/user/${owner}/api`)).status),
      )
      return (await Promise.all(asked)).filter((status) => status !== 200)
    }
    await eventually(async () => (await closed()).length === 0, 10_000)

    expect(await closed()).toEqual([])
  })

  test('a token that is ended at one is refused by the proxy of the other a moment later', async () => {
    const [one, two] = hubs
    const { token: short, id } = z
      .object({ token: z.string(), id: z.string() })
      .parse(await one.operate('POST', '/users/boss/tokens', { note: 'short-lived' }))
    const at = async () => (await two.ask('/user/storm000/api', { token: short })).status
    expect(await at()).toBe(200)

    await one.operate('DELETE', `/users/boss/tokens/${id}`)

    await eventually(async () => (await at()) === 403, 5000)
  })

  test('half of them are stopped at the hub that did not start them, and no way to them is left', async () => {
    const stopped = (await rows('storm%')).slice(0, STARTS / 2)

    const answers = await Promise.all(
      stopped.map(({ owner }, i) =>
        hubs[i % 2 === 0 ? 1 : 0].ask(`/hub/api/users/${owner}/server`, {
          method: 'DELETE',
          token,
        }),
      ),
    )

    expect(answers.filter(({ status }) => ![202, 204].includes(status))).toEqual([])
    await eventually(async () =>
      (await rows('storm%')).slice(0, STARTS / 2).every(({ state }) => state === 'stopped'),
    )
    expect(runningServers(server.command)).toHaveLength(STARTS / 2)
    const owner = stopped[0]?.owner ?? ''
    await eventually(
      async () =>
        (await Promise.all(hubs.map((hub) => hub.ask(`/user/${owner}/api`)))).every(
          ({ status }) => status === 424,
        ),
      10_000,
    )
  })

  test('a start at one hub is cancelled by a stop at the other', async () => {
    writeFileSync(join(folder, 'seconds'), '20')
    const [one, two] = hubs
    await addPeople('slow', 1)
    const started = one.ask('/hub/api/users/slow000/server', { method: 'POST', token })
    await eventually(() => startsOf('slow').length === 1)

    const { status } = await two.ask('/hub/api/users/slow000/server', { method: 'DELETE', token })

    expect([202, 204]).toContain(status)
    await eventually(allAre('stopped', 'slow'))
    expect((await started).status).toBeGreaterThanOrEqual(202)
    await eventually(() => processesWith(join(folder, 'server')).length === 0, 5000)
    expect(startsOf('slow')).toHaveLength(1)
  })

  test(`killed in the middle of ${CUT_OFF} starts, a hub has them taken over within 15 s, none lost and none twice`, async () => {
    writeFileSync(join(folder, 'seconds'), '1')
    const people = await addPeople('cut', CUT_OFF)
    const [one, two] = hubs
    const asked = people.map((name) =>
      one.ask(`/hub/api/users/${name}/server`, { method: 'POST', token }).catch(() => undefined),
    )
    await eventually(async () => (await rows('cut%')).length === CUT_OFF)
    await eventually(() => startsOf('cut').length > 0)
    const before = await rows('cut%')
    const holder = before.find(({ lease_holder: held }) => held !== null)?.lease_holder
    await one.kill()
    const killed = Date.now()
    await Promise.all(asked)
    const left = (await rows('cut%')).filter(({ state }) => state === 'spawning').length

    await eventually(
      async () =>
        !(await rows('cut%')).some(
          ({ state, lease_holder: held }) => state === 'spawning' && held === holder,
        ),
      TAKEN_OVER_MS,
    )
    const takenOver = Date.now() - killed
    await eventually(allAre('ready', 'cut'), 60_000)
    console.log(
      `killed with ${left} of ${CUT_OFF} starts under way: taken over after ${takenOver} ms, all ready after ${Date.now() - killed} ms, ${startsOf('cut').length} processes made for them`,
    )

    expect(left).toBeGreaterThan(0)
    expect(takenOver).toBeLessThan(TAKEN_OVER_MS)
    const ids = [...(await rows('cut%')), ...(await rows('storm%'))].flatMap(
      ({ state, public_id: id }) => (state === 'ready' ? [id] : []),
    )
    await eventually(() => runningServers(server.command).length === ids.length, 10_000)
    expect(runningServers(server.command).toSorted()).toEqual(ids.toSorted())
    for (const name of people) expect((await two.ask(`/user/${name}/api`)).status, name).toBe(200)
  })

  test('the hub that was killed comes back, and everything goes on', async () => {
    const [one] = hubs
    await one.start()

    const owner = (await rows('cut%'))[0]?.owner ?? ''

    await eventually(async () => (await one.ask(`/user/${owner}/api`)).status === 200, 10_000)
    expect((await rows('cut%')).every(({ state }) => state === 'ready')).toBe(true)
  })

  test('with the database away both answer 503 and say why, and go on by themselves when it is back', async () => {
    await cluster.kill()

    for (const hub of hubs) {
      const away = await hub.ask('/hub/api/user', { token })
      expect([away.status, away.headers['retry-after']]).toEqual([503, '2'])
      expect(away.text).toMatch(/The database (?:does not answer|is being)/)
    }

    await cluster.up()
    for (const hub of hubs)
      await eventually(
        async () => (await hub.ask('/hub/api/user', { token })).status === 200,
        10_000,
      )
    const owner = (await rows('cut%'))[0]?.owner ?? ''
    expect((await hubs[1].ask(`/user/${owner}/api`)).status).toBe(200)
  })

  test('started while the database is away, a hub answers 503, says what it waits for, and begins when it is there', async () => {
    const [one] = hubs
    await one.kill()
    await cluster.down()

    await one.start('The hub waits for its database')
    await eventually(
      async () => (await one.ask('/hub/login').catch(() => undefined))?.status === 503,
    )
    expect((await one.ask('/hub/api/user', { token })).text).toContain(
      'The database does not answer',
    )

    await cluster.up()
    await eventually(() => one.said.includes('The hub is ready'), 20_000)
    expect((await one.ask('/hub/api/user', { token })).status).toBe(200)
  })
})
