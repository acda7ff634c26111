import { Bulkhead } from './bulkhead.ts'
import { memoryOf } from './machine.ts'
import { addPeople, startServers, stopServers } from './people.ts'
import { loadList, loadUser, secondsToKnown, startOneByOne } from './rows.ts'

/** What things cost with that many people. */
export interface Growth {
  readonly people: number
  /** Requests a second. */
  readonly user: number
  /** Pages a second. */
  readonly list: number
  /** Milliseconds a person, a hundred a request. */
  readonly add: number
  /** Milliseconds of the hub's processor time. */
  readonly start: number
  /** Seconds until ten running servers are known. */
  readonly restart: number
  /** MiB, before the restart. */
  readonly memory: number
}

const RUNNING = 10

/** Bulkhead alone, with more and more people. */
export async function measureGrowth(
  sizes: readonly number[],
  { command, seconds }: { readonly command: string; readonly seconds: number },
): Promise<readonly Growth[]> {
  await using hub = await Bulkhead.create({ command })
  const found: Growth[] = []
  let there = 0
  for (const people of sizes) {
    const begun = performance.now()
    await addPeople(hub, { from: there, to: people })
    const add = (performance.now() - begun) / (people - there)
    there = people
    const user = await loadUser(hub, seconds)
    const list = await loadList(hub, { people, seconds, callers: 20 })
    const start = await startOneByOne(hub, 20, 20)
    const memory = memoryOf(hub.pids())
    await startServers(hub, { from: 0, to: RUNNING, atOnce: 5 })
    await hub.stop()
    const restart = await secondsToKnown(hub, RUNNING, RUNNING)
    await stopServers(hub, { from: 0, to: RUNNING })
    found.push({
      people,
      user: user.value,
      list: list.value,
      add,
      start: start.value,
      restart,
      memory,
    })
  }
  return found
}
