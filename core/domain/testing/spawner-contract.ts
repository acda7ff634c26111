import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { prefixOf, type ServerId, type SpawnHandle } from '../servers/server.ts'
import type { ServerSpec, Spawner } from '../servers/spawner.ts'

/** What a server in these tests does with its life. */
export type Behaviour =
  | 'serves'
  /** Ends by itself with the exit code 3. */
  | 'exits'
  /** Writes `LOUD_LINE`, then its own token after `token=`, then serves. */
  | 'talks'

/** A line that wants to be more than text. */
export const LOUD_LINE = 'loud \u001b[31mred\u001b[0m\u0007 text'

/** The token that `specOf` gives to every server. */
export const SERVER_TOKEN = '0123456789abcdef0123456789abcdef'

export interface SpawnerHarness {
  readonly spawner: Spawner
  /** Another object over the same world: what a hub has after its restart. */
  restarted(): Spawner
  /** What has to be in a server's environment for it to behave so. */
  environmentOf(behaviour: Behaviour): Readonly<Record<string, string>>
  /** Whatever is left of a server, in words: processes, files. */
  leftoversOf(publicId: string): readonly string[]
  /** Ends every server, and takes the world away. */
  dispose(): Promise<void>
}

let count = 0

/** A new server's description, of `ada` unless told. */
export function specOf(
  id: Partial<ServerId> = {},
  environment: Readonly<Record<string, string>> = {},
): ServerSpec {
  const whole = { user: 'ada', name: '', ...id }
  return {
    id: whole,
    publicId: (++count).toString(16).padStart(16, '0'),
    home: whole.user,
    prefix: prefixOf(whole),
    environment: { ...environment, JUPYTERHUB_API_TOKEN: SERVER_TOKEN },
  }
}

/** What every spawner promises. Each one's tests call this with a harness around a real instance. */
export function describeSpawner(name: string, makeHarness: () => Promise<SpawnerHarness>): void {
  describe(`${name} keeps the promises of a spawner:`, () => {
    let harness: SpawnerHarness
    let spawner: Spawner

    beforeEach(async () => {
      harness = await makeHarness()
      spawner = harness.spawner
    })

    afterEach(() => harness.dispose())

    const start = (spec: ServerSpec) =>
      spawner.start(spec, { signal: new AbortController().signal, onProgress: () => undefined })
    const startOne = (behaviour: Behaviour = 'serves', id: Partial<ServerId> = {}) =>
      start(specOf(id, harness.environmentOf(behaviour)))

    test('a started server runs, has an address, and its handle says whose it is', async () => {
      const spec = specOf({}, harness.environmentOf('serves'))
      const { handle, address } = await start(spec)

      expect(handle).toMatchObject({ adapter: spawner.name, publicId: spec.publicId })
      expect(['unix', 'tcp']).toContain(address.kind)
      expect(await spawner.inspect(handle)).toEqual({ is: 'running' })
    })

    test('progress comes with the start: sentences, and numbers that only grow', async () => {
      const heard: { readonly progress: number; readonly message: string }[] = []
      await spawner.start(specOf({}, harness.environmentOf('serves')), {
        signal: new AbortController().signal,
        onProgress: (progress, message) => heard.push({ progress, message }),
      })

      expect(heard.length).toBeGreaterThan(0)
      expect(heard.map(({ progress }) => progress)).toEqual(
        heard.map(({ progress }) => progress).toSorted((a, b) => a - b),
      )
      expect(heard.every(({ message }) => message.trim() !== '')).toBe(true)
    })

    test('a handle survives being written down, and a restart of the hub', async () => {
      const { handle } = await startOne()
      const read: SpawnHandle = JSON.parse(JSON.stringify(handle))
      const later = harness.restarted()

      expect(await later.inspect(read)).toEqual({ is: 'running' })
      expect(await later.list()).toEqual([handle])
      await later.stop(read)
      expect(await later.inspect(read)).toMatchObject({ is: 'gone' })
    })

    test('a stopped server is gone with everything of it, and stopping it again is fine', async () => {
      const { handle } = await startOne()
      await spawner.stop(handle)
      await spawner.stop(handle)

      expect(await spawner.inspect(handle)).toMatchObject({ is: 'gone' })
      expect(await spawner.list()).toEqual([])
      await spawner.cleanUp(handle.publicId)
      expect(harness.leftoversOf(handle.publicId)).toEqual([])
    })

    test('a handle of another adapter is left alone', async () => {
      const { handle } = await startOne()
      const foreign = { ...handle, adapter: 'something-else' }
      await spawner.stop(foreign)

      expect(await spawner.inspect(foreign)).toMatchObject({ is: 'gone' })
      expect(await spawner.inspect(handle)).toEqual({ is: 'running' })
    })

    test('a start that was given up before it began leaves nothing', async () => {
      const reason = new Error('no longer wanted')
      const spec = specOf({}, harness.environmentOf('serves'))
      const given = { signal: AbortSignal.abort(reason), onProgress: () => undefined }

      await expect(spawner.start(spec, given)).rejects.toBe(reason)
      expect(await spawner.list()).toEqual([])
      expect(harness.leftoversOf(spec.publicId)).toEqual([])
    })

    test('a start that is given up at any of its steps leaves nothing', async () => {
      const reason = new Error('no longer wanted')
      let steps = 0
      const whole = await spawner.start(specOf({}, harness.environmentOf('serves')), {
        signal: new AbortController().signal,
        onProgress: () => void steps++,
      })
      await spawner.stop(whole.handle)

      for (let last = 1; last <= steps; last++) {
        const cancel = new AbortController()
        const spec = specOf({}, harness.environmentOf('serves'))
        let step = 0
        const onProgress = () => {
          if (++step === last) cancel.abort(reason)
        }
        await expect(spawner.start(spec, { signal: cancel.signal, onProgress })).rejects.toBe(
          reason,
        )
        expect(await spawner.list()).toEqual([])
        expect(harness.leftoversOf(spec.publicId)).toEqual([])
      }
    })

    test('the list has exactly what runs', async () => {
      expect(await spawner.list()).toEqual([])
      const first = await startOne('serves', { user: 'ada' })
      const second = await startOne('serves', { user: 'bob' })
      const third = await startOne('serves', { user: 'cy' })
      await spawner.stop(second.handle)

      expect(publicIdsOf(await spawner.list())).toEqual(publicIdsOf([first.handle, third.handle]))
    })

    test('two servers of one person know nothing of each other', async () => {
      const main = await startOne('serves', { name: '' })
      const second = await startOne('serves', { name: 'gpu' })
      await spawner.stop(main.handle)
      await spawner.cleanUp(main.handle.publicId)

      expect(await spawner.inspect(main.handle)).toMatchObject({ is: 'gone' })
      expect(await spawner.inspect(second.handle)).toEqual({ is: 'running' })
    })

    test('a server that ends by itself is gone, and the reason names its exit code', async () => {
      const { handle } = await startOne('exits')
      const found = await vi.waitFor(async () => {
        const inspection = await spawner.inspect(handle)
        expect(inspection.is).toBe('gone')
        return inspection
      }, PATIENCE)

      expect(found).toMatchObject({ reason: expect.stringContaining('code 3') })
      expect(await spawner.list()).toEqual([])
    })

    test('the end of the log is plain text, the latest line last, and holds no token', async () => {
      const { handle } = await startOne('talks')
      for (const reader of [spawner, harness.restarted()]) {
        const log = await vi.waitFor(async () => {
          const lines = await reader.logTail(handle.publicId, 10)
          expect(lines.join('\n')).toContain('token=')
          return lines
        }, PATIENCE)

        expect(log).toContain('loud red text')
        expect(log.join('\n')).not.toContain(SERVER_TOKEN)
        expect((await reader.logTail(handle.publicId, 1)).join('\n')).toContain('token=')
      }
    })

    test('after cleaning up there is no log, and cleaning up again is fine', async () => {
      const { handle } = await startOne('talks')
      await vi.waitFor(
        async () => expect(await spawner.logTail(handle.publicId, 10)).not.toEqual([]),
        PATIENCE,
      )
      await spawner.stop(handle)
      await spawner.cleanUp(handle.publicId)
      await spawner.cleanUp(handle.publicId)

      expect(await spawner.logTail(handle.publicId, 10)).toEqual([])
      expect(harness.leftoversOf(handle.publicId)).toEqual([])
    })

    test.each(['zoë', 'ada lovelace', 'ada@example.org', '李明', 'a+b~c', 'x'.repeat(255)])(
      'a person called %s can have a server',
      async (user) => {
        const { handle } = await startOne('serves', { user })
        expect(await spawner.inspect(handle)).toEqual({ is: 'running' })
      },
    )

    test('what a server uses is told while it runs, and of what is gone nothing', async () => {
      const { handle } = await startOne('serves')
      const stranger = { adapter: 'another', publicId: handle.publicId }

      const usage = await spawner.usage([handle, stranger])

      const used = usage.get(handle.publicId)
      expect(used?.memory.value).toBeGreaterThan(0)
      expect(used?.cpu.value).toBeGreaterThanOrEqual(0)
      await spawner.stop(handle)
      expect(await spawner.usage([handle, stranger])).toEqual(new Map())
    })

    test('every wall it names has a reason a person can read', () => {
      expect(spawner.capabilities.length).toBeGreaterThan(0)
      for (const { wall, why } of spawner.capabilities) {
        expect(wall).not.toBe('')
        expect(why).not.toBe('')
      }
    })
  })
}

const publicIdsOf = (handles: readonly SpawnHandle[]) =>
  handles.map(({ publicId }) => publicId).toSorted()

/** How long something outside may take; what it waits for is looked at often. */
const PATIENCE = { timeout: 20_000, interval: 20 }
