import * as z from 'zod'

import { type BenchHub, callApi, forEachOf, mustCall } from './bench-hub.ts'

const Made = z.object({ token: z.string() })
const BATCH = 100

const nameOf = (index: number) => `person${String(index).padStart(6, '0')}`

/** People number `from` to `to - 1`, a hundred a request, one request after the other. */
export async function addPeople(
  hub: BenchHub,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  for (let first = from; first < to; first += BATCH) {
    const usernames = Array.from({ length: Math.min(BATCH, to - first) }, (_, at) =>
      nameOf(first + at),
    )
    await mustCall(hub, 'POST', '/users', { body: { usernames } })
  }
}

/** A token for each of the first people. */
export async function tokensOf(hub: BenchHub, count: number): Promise<readonly string[]> {
  const tokens: string[] = []
  await forEachOf(count, 8, async (index) => {
    const made = await mustCall(hub, 'POST', `/users/${nameOf(index)}/tokens`, { body: {} })
    tokens[index] = Made.parse(made).token
  })
  return tokens
}

/** Starts the default servers of people number `from` to `to - 1`, and waits until each is ready. */
export async function startServers(
  hub: BenchHub,
  { from, to, atOnce }: { readonly from: number; readonly to: number; readonly atOnce: number },
): Promise<void> {
  await forEachOf(to - from, atOnce, async (index) => {
    const path = `/users/${nameOf(from + index)}/server`
    const { status, body } = await callApi(hub, 'POST', path)
    if (status === 202) return untilReady(hub, nameOf(from + index))
    if (status !== 201)
      throw new Error(`the start of ${path} was answered ${status}: ${JSON.stringify(body)}`)
  })
}

export async function stopServers(
  hub: BenchHub,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  await forEachOf(to - from, 8, async (index) => {
    await mustCall(hub, 'DELETE', `/users/${nameOf(from + index)}/server`)
  })
}

const Person = z.object({
  servers: z.record(z.string(), z.object({ ready: z.boolean() })).default({}),
})

async function untilReady(hub: BenchHub, name: string): Promise<void> {
  const deadline = Date.now() + 300_000
  while (!isReady(await mustCall(hub, 'GET', `/users/${name}`))) {
    if (Date.now() > deadline) throw new Error(`the server of ${name} does not get ready`)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

const isReady = (person: unknown) => Person.parse(person).servers['']?.ready === true

/** How many of the first `people` have a server that the hub knows to be ready; undefined while it does not answer. */
export async function countReady(hub: BenchHub, people: number): Promise<number | undefined> {
  try {
    let ready = 0
    // One page more: somebody who administers the hub may have been there before them.
    for (let offset = 0; offset < people + 200; offset += 200) {
      const page = await mustCall(hub, 'GET', `/users?limit=200&offset=${offset}`)
      ready += z.array(z.unknown()).parse(page).filter(isReady).length
    }
    return ready
  } catch {
    // Not up yet.
    return undefined
  }
}
