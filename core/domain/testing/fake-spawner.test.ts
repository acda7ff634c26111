import { expect, test } from 'vitest'

import { FakeMachine, FakeSpawner } from './fake-spawner.ts'
import {
  type Behaviour,
  describeSpawner,
  LOUD_LINE,
  SERVER_TOKEN,
  specOf,
  type SpawnerHarness,
} from './spawner-contract.ts'

/** Behaves as the environment says, as a real server would by its program. */
class ActingSpawner extends FakeSpawner {
  override async start(...given: Parameters<FakeSpawner['start']>) {
    const spawned = await super.start(...given)
    const { publicId, environment } = given[0]
    if (environment['ACT'] === 'exits') this.machine.die(publicId, 'exited with code 3')
    if (environment['ACT'] === 'talks') {
      this.machine.say(publicId, LOUD_LINE)
      this.machine.say(publicId, `token=${SERVER_TOKEN}`)
    }
    return spawned
  }
}

describeSpawner('FakeSpawner', async (): Promise<SpawnerHarness> => {
  const machine = new FakeMachine()
  return {
    spawner: new ActingSpawner(machine),
    restarted: () => new ActingSpawner(machine),
    environmentOf: (behaviour: Behaviour) => ({ ACT: behaviour }),
    leftoversOf: (publicId) => [
      ...(machine.servers.has(publicId) ? ['a server'] : []),
      ...(machine.logs.has(publicId) ? ['a log'] : []),
    ],
    dispose: async () => undefined,
  }
})

const quiet = { signal: new AbortController().signal, onProgress: () => undefined }

test('a scripted failure hits the next start, and only that', async () => {
  const spawner = new FakeSpawner()
  spawner.machine.failNext('there is no program')

  await expect(spawner.start(specOf(), quiet)).rejects.toThrow('there is no program')
  await spawner.start(specOf(), quiet)
  expect(spawner.machine.alive).toHaveLength(1)
})

test('a start that hangs ends when it is given up, and leaves nothing', async () => {
  const spawner = new FakeSpawner()
  const cancel = new AbortController()
  spawner.machine.hangNext()
  const started = spawner.start(specOf(), { ...quiet, signal: cancel.signal })
  cancel.abort(new Error('enough'))

  await expect(started).rejects.toThrow('enough')
  expect(spawner.machine.alive).toEqual([])
})

test('a server can die at once, or later, with a reason of its own', async () => {
  const spawner = new FakeSpawner()
  spawner.machine.dieNext('exited with code 1')
  const first = await spawner.start(specOf(), quiet)
  const second = await spawner.start(specOf(), quiet)
  spawner.machine.die(second.handle.publicId, 'ran out of memory')

  expect(await spawner.inspect(first.handle)).toEqual({ is: 'gone', reason: 'exited with code 1' })
  expect(await spawner.inspect(second.handle)).toEqual({ is: 'gone', reason: 'ran out of memory' })
  expect(spawner.machine.alive).toEqual([])
})
