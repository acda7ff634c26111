import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, expect, test, vi } from 'vitest'
import * as z from 'zod'

import { unixUrl } from '#core/base/unix-socket.ts'
import type { ServerSpec } from '#core/domain/servers/spawner.ts'
import { describeSpawner, SERVER_TOKEN, specOf } from '#core/domain/testing/spawner-contract.ts'

import { findProcess } from './process-table.ts'
import { ProcessSpawner, type ProcessSpawnerOptions } from './process-spawner.ts'
import { World } from './testing/world.ts'

describeSpawner('ProcessSpawner', async () => new World())

const worlds: World[] = []

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.dispose()
})

function makeWorld(options: Partial<ProcessSpawnerOptions> = {}): World {
  const world = new World(options)
  worlds.push(world)
  return world
}

const quiet = { signal: new AbortController().signal, onProgress: () => undefined }
const PATIENCE = { timeout: 20_000, interval: 20 }

/** Starts a server and waits until it has written down what it was given. */
async function startAndLook(world: World, spec: ServerSpec) {
  const spawned = await world.spawner.start(spec, quiet)
  const home = join(world.options.homesDir, spec.id.user)
  const text = await vi.waitFor(() => {
    const seen = readFileSync(join(home, 'seen.json'), 'utf8')
    JSON.parse(seen)
    return seen
  }, PATIENCE)
  return {
    ...spawned,
    home,
    pid: Number(spawned.handle['pid']),
    seen: Seen.parse(JSON.parse(text)),
  }
}

const Seen = z.object({
  arguments: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
})

test('the token is in the environment of the server alone, never among its arguments', async () => {
  const { seen, pid } = await startAndLook(makeWorld(), specOf())
  expect(seen.environment['JUPYTERHUB_API_TOKEN']).toBe(SERVER_TOKEN)
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(SERVER_TOKEN)
})

test("the room that a person's files take is counted once, however many servers he has", async () => {
  const world = makeWorld()
  const first = await startAndLook(world, specOf())
  writeFileSync(join(first.home, 'large'), 'x'.repeat(300_000))
  const second = await startAndLook(world, specOf())
  const handles = [second.handle, first.handle]

  await vi.waitFor(async () => {
    const usage = await world.spawner.usage(handles)
    expect(usage.get(first.handle.publicId)?.disk.value).toBeGreaterThanOrEqual(300_000)
    expect(usage.get(second.handle.publicId)?.disk.value).toBeNull()
  }, PATIENCE)
})

test("nothing of the hub's own environment reaches a server but what it inherits by name", async () => {
  vi.stubEnv('HUB_SECRET', 'not for notebooks')
  const world = makeWorld()
  const { seen, home } = await startAndLook(world, specOf())
  vi.unstubAllEnvs()
  const { socketsDir, instance } = world.options

  expect(seen.environment).not.toHaveProperty('HUB_SECRET')
  expect(seen.environment).toMatchObject({ HOME: home, USER: 'ada', LANG: 'C.UTF-8' })
  expect(seen.environment['PATH']).toMatch(new RegExp(`^${world.options.pythonDir}/bin:`))
  expect(seen.environment['JUPYTER_RUNTIME_DIR']).toContain(socketsDir)
  expect(seen.environment['BULKHEAD_SERVER']).toContain(instance)
})

test('addresses are unix sockets, percent-quoted', async () => {
  const world = makeWorld()
  const { seen, address } = await startAndLook(world, specOf({ name: 'gpu' }))
  const path = address.kind === 'unix' ? address.path : ''

  expect(seen.arguments).toContain(`--ServerApp.sock=${path}`)
  expect(seen.arguments).toContain('--KernelManager.transport=ipc')
  expect(seen.environment['JUPYTERHUB_SERVICE_URL']).toBe(unixUrl(path, '/user/ada/gpu/'))
  expect(seen.environment['JUPYTERHUB_ACTIVITY_URL']).toBe(
    unixUrl(world.options.hubApiSocket, '/hub/api/users/ada/activity'),
  )
})

test('for a proxy that knows no sockets, a server has a port of this machine alone', async () => {
  const { seen, address } = await startAndLook(makeWorld({ ports: true }), specOf())
  const port = address.kind === 'tcp' ? address.port : 0

  expect(address).toEqual({ kind: 'tcp', host: '127.0.0.1', port: expect.any(Number) })
  expect(seen.arguments).toContain('--ServerApp.ip=127.0.0.1')
  expect(seen.arguments).toContain(`--ServerApp.port=${port}`)
  expect(seen.arguments).not.toContain('--ServerApp.sock')
  expect(seen.environment['JUPYTERHUB_SERVICE_URL']).toBe(`http://127.0.0.1:${port}/user/ada/`)
})

test('only the owner can look into the home, the socket folder, the runtime folder and the log', async () => {
  const world = makeWorld()
  const { handle, home, seen } = await startAndLook(world, specOf())
  const { socketsDir, logsDir } = world.options

  expect(modeOf(home)).toBe('700')
  expect(modeOf(join(socketsDir, handle.publicId))).toBe('700')
  expect(modeOf(seen.environment['JUPYTER_RUNTIME_DIR'] ?? '')).toBe('700')
  expect(modeOf(join(logsDir, `${handle.publicId}.log`))).toBe('600')
  expect(seen.arguments).toContain('--ServerApp.sock_mode=0600')
})

test('with a proxy of another account the group may look for the socket, whatever the umask', async () => {
  const world = makeWorld({ shared: true })
  const before = process.umask(0o077)
  const { handle, seen } = await startAndLook(world, specOf())
  process.umask(before)
  const folder = join(world.options.socketsDir, handle.publicId)

  expect(modeOf(folder)).toBe('2750')
  expect((statSync(join(folder, 'r')).mode & 0o077).toString(8)).toBe('0')
  expect(seen.arguments).toContain('--ServerApp.sock_mode=0660')
})

test('a server has a session of its own, so that it survives the hub', async () => {
  const { pid } = await startAndLook(makeWorld(), specOf())
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')
  expect(fields?.[3]).toBe(String(pid))
})

test('a server that was killed says by which signal; after a restart of the hub, that it is gone', async () => {
  const world = makeWorld()
  const { handle, pid } = await startAndLook(world, specOf())
  process.kill(pid, 'SIGKILL')

  await vi.waitFor(async () => {
    expect(await world.spawner.inspect(handle)).toEqual({
      is: 'gone',
      reason: 'was ended by signal SIGKILL',
    })
  }, PATIENCE)
  expect(await world.restarted().inspect(handle)).toEqual({
    is: 'gone',
    reason: 'its process is gone',
  })
})

test("a pid that was given to another process is not the server's, and is not signalled", async () => {
  const world = makeWorld()
  const { handle, pid } = await startAndLook(world, specOf())
  const earlier = { ...handle, startTime: Number(handle['startTime']) - 1 }
  const elsewhere = makeWorld()
  const unmarked = { ...handle, publicId: 'f'.repeat(16) }

  expect(await world.restarted().inspect(earlier)).toMatchObject({ is: 'gone' })
  await elsewhere.spawner.stop(handle)
  await world.spawner.stop(unmarked)
  expect(findProcess(pid)).toMatchObject({ zombie: false })
})

test.each([0, -1, 1, 1.5])('a handle with the pid %d is nobody', async (pid) => {
  const handle = { adapter: 'process', publicId: '0'.repeat(16), pid, startTime: 0 }
  const { spawner } = makeWorld()
  await spawner.stop(handle)
  expect(await spawner.inspect(handle)).toMatchObject({ is: 'gone' })
})

test.each(['kernel', 'bare-kernel'])(
  'with a server goes its %s, which has a session of its own and does not listen to SIGTERM',
  async (act) => {
    const world = makeWorld()
    const { handle, pid } = await startAndLook(world, specOf({}, world.environmentOf(act)))
    const kernel = childOf(pid)
    await world.spawner.stop(handle)
    expect(findProcess(kernel)?.zombie ?? true).toBe(true)
  },
)

test('the kernel of a server that was killed is found in the list, and ended', async () => {
  const world = makeWorld()
  const { handle, pid } = await startAndLook(world, specOf({}, world.environmentOf('kernel')))
  const kernel = childOf(pid)
  process.kill(pid, 'SIGKILL')
  await vi.waitFor(
    async () => expect((await world.spawner.inspect(handle)).is).toBe('gone'),
    PATIENCE,
  )

  const [orphan] = await world.restarted().list()
  expect(orphan).toMatchObject({ publicId: handle.publicId, pid: kernel })
  await world.spawner.stop(handle)
  expect(await world.spawner.list()).toEqual([])
})

test('a server that does not listen to SIGTERM is killed', async () => {
  const world = makeWorld()
  const { handle } = await startAndLook(world, specOf({}, world.environmentOf('deaf')))
  await world.spawner.stop(handle)
  expect(await world.spawner.inspect(handle)).toMatchObject({
    reason: 'was ended by signal SIGKILL',
  })
})

test('a server that lost the first SIGTERM is asked once more before it is killed', async () => {
  const world = makeWorld()
  const { handle } = await startAndLook(world, specOf({}, world.environmentOf('forgetful')))
  await world.spawner.stop(handle)
  expect(await world.spawner.inspect(handle)).toMatchObject({
    reason: 'was ended by signal SIGTERM',
  })
})

test('a program that does not exist is named, with the setting, and leaves nothing', async () => {
  const world = makeWorld({ command: ['jupyterhub-singleuser-of-nobody'] })
  const spec = specOf()
  await expect(world.spawner.start(spec, quiet)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/jupyterhub-singleuser-of-nobody.*spawner\.command/),
  })
  expect(world.leftoversOf(spec.publicId)).toEqual([])
})

test('a program that may not be run is named too', async () => {
  const world = makeWorld()
  const program = join(world.root, 'program')
  writeFileSync(program, 'not a program')
  chmodSync(program, 0o600)
  const other = makeWorld({ command: [program] })
  await expect(other.spawner.start(specOf(), quiet)).rejects.toThrow(/program may not be run/)
})

test('a folder that cannot be made is a sentence, not a stack', async () => {
  const world = makeWorld()
  writeFileSync(join(world.root, 'file'), '')
  const other = makeWorld({ homesDir: join(world.root, 'file/homes') })
  await expect(other.spawner.start(specOf(), quiet)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('file/homes'),
  })
})

test('a folder that leaves no room for the sockets of kernels is refused before anybody has a server', () => {
  const socketsDir = `/tmp/${'x'.repeat(40)}`
  const { options } = makeWorld()
  expect(() => new ProcessSpawner({ ...options, socketsDir })).toThrow(/too long .* shorter path/)
})

test('cleaning up touches nothing for a name that is not one of ours', async () => {
  const world = makeWorld()
  await world.spawner.cleanUp('..')
  expect(existsSync(world.root)).toBe(true)
})

test('what it claims to hold is nothing', () => {
  expect(makeWorld().spawner.capabilities.map(({ held }) => held)).not.toContain(true)
})

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8)
}

/** The one child of a process. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}
