import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { Certificates } from './proxy-differential/certificates.ts'
import { compare } from './proxy-differential/compare.ts'
import { isListed, neverSeen } from './proxy-differential/differences.ts'
import { familiesOf, run, RUNS } from './proxy-differential/processes.ts'
import { ComparedProxy, PROGRAMS } from './proxy-differential/proxies.ts'
import { WORLDS } from './proxy-differential/worlds.ts'

const ONLY = process.env['DIFFERENTIAL_ONLY']?.split(',')
const chosen = Object.entries(WORLDS).filter(([name]) => ONLY?.includes(name) ?? true)
/** So many pairs run at once. */
const AT_ONCE = 4

async function someAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  const waiting = [...items]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/**
 * The same requests, in the same order, to configurable-http-proxy 5.3.0 and to this proxy. What comes back and what the server
 * behind receives is compared; whatever differs is listed with its reason, and whatever is listed does differ.
 */
describe('beside configurable-http-proxy', { timeout: 120_000 }, () => {
  let certificates: Certificates
  let requests = 0
  beforeAll(() => {
    certificates = new Certificates()
  })
  afterAll(() => {
    certificates[Symbol.dispose]()
    console.log(`${requests} requests to each proxy`)
  })

  test('requests are answered and passed on alike, or otherwise for a reason that is written down', async () => {
    const unlisted: string[] = []
    await someAtOnce(chosen, async ([name, world]) => {
      unlisted.push(...(await differencesIn(name, world)))
    })

    expect(
      unlisted.join('\n'),
      `${unlisted.length} requests differ in ways that are not listed`,
    ).toBe('')
  })

  test.skipIf(ONLY !== undefined)('processes start and end alike', async () => {
    const unlisted: string[] = []
    await someAtOnce(RUNS, async (each) => {
      const [a, b] = await Promise.all([run(PROGRAMS.theirs, each), run(PROGRAMS.ours, each)])
      const lines = (['code', 'signal', 'pidFile'] as const)
        .filter((key) => a[key] !== b[key])
        .map((key) => `${key}: ${a[key]} ≠ ${b[key]}`)
        .filter((line) => !isListed('processes', each, line))
      if (lines.length > 0) unlisted.push(`${each.name}: ${lines.join('; ')}`)
    })
    expect(unlisted).toEqual([])
  })

  test.skipIf(ONLY !== undefined)(
    'the metrics that there are have the same names and kinds',
    async () => {
      const [theirs, ours] = await Promise.all([PROGRAMS.theirs, PROGRAMS.ours].map(familiesOf))
      expect(theirs?.length).toBeGreaterThan(30)
      expect(theirs?.filter((family) => !ours?.includes(family))).toEqual([])
    },
  )

  test.skipIf(ONLY !== undefined)('every listed difference still occurs', () => {
    expect(neverSeen()).toEqual([])
  })

  async function differencesIn(
    name: string,
    world: (typeof WORLDS)[string],
  ): Promise<readonly string[]> {
    const start = (program: string) => ComparedProxy.start(program, world, certificates)
    const pair = await Promise.allSettled([start(PROGRAMS.theirs), start(PROGRAMS.ours)])
    const started = pair.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    try {
      const [theirs, ours] = started
      if (!theirs || !ours)
        return pair.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))
      const unlisted: string[] = []
      for (const each of world.cases) {
        const [a, b] = await Promise.all([theirs.run(each), ours.run(each)])
        requests += 1
        const lines = compare(a, b).filter((line) => !isListed(name, each, line))
        if (lines.length > 0)
          unlisted.push(
            [`${name}: ${each.name}`.slice(0, 200), ...lines.map((line) => `    ${line}`)].join(
              '\n',
            ),
          )
      }
      return unlisted
    } finally {
      await Promise.all(started.map((proxy) => proxy[Symbol.asyncDispose]()))
    }
  }
})
