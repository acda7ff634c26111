import { plainText } from '#core/base/plain-text.ts'

import type { ServerAddress, SpawnHandle } from '../servers/server.ts'
import type { ServerUsage } from '../servers/usage.ts'
import { HubError } from '../errors.ts'
import type {
  Capability,
  Inspection,
  ServerSpec,
  Spawned,
  Spawner,
  StartOptions,
} from '../servers/spawner.ts'

interface FakeServer {
  readonly spec: ServerSpec
  readonly handle: SpawnHandle
  /** Why it is gone; undefined while it runs. */
  gone: string | undefined
}

type Script = { readonly fails: string } | { readonly dies: string } | 'hangs'

/** The world in which fake servers run: it outlives a `FakeSpawner` as a machine outlives a hub. */
export class FakeMachine {
  /** Every server that was ever started, in order. */
  readonly started: ServerSpec[] = []
  readonly servers = new Map<string, FakeServer>()
  readonly logs = new Map<string, string>()
  readonly #scripts: Script[] = []

  /** The next start is refused with this message. */
  failNext(message: string): void {
    this.#scripts.push({ fails: message })
  }

  /** The next start comes to no end until it is given up. */
  hangNext(): void {
    this.#scripts.push('hangs')
  }

  /** The next server is gone as soon as it is started. */
  dieNext(reason: string): void {
    this.#scripts.push({ dies: reason })
  }

  nextScript(): Script | undefined {
    return this.#scripts.shift()
  }

  /** A server ends by itself. */
  die(publicId: string, reason = 'was ended by signal SIGKILL'): void {
    const server = this.servers.get(publicId)
    if (!server) throw new Error(`there was no server ${publicId}`)
    server.gone ??= reason
  }

  /** A server writes a line to its log. */
  say(publicId: string, line: string): void {
    this.logs.set(publicId, `${this.logs.get(publicId) ?? ''}${line}\n`)
  }

  /** The public ids of what runs. */
  get alive(): string[] {
    return [...this.servers].filter(([, { gone }]) => gone === undefined).map(([id]) => id)
  }
}

const CAPABILITIES: readonly Capability[] = [
  { wall: 'everything', held: false, why: 'nothing runs, so nothing is kept apart' },
]

/** A spawner that keeps the contract and starts nothing: for tests of what uses one. */
export class FakeSpawner implements Spawner {
  readonly name = 'fake'
  readonly capabilities = CAPABILITIES
  readonly machine: FakeMachine

  constructor(machine = new FakeMachine()) {
    this.machine = machine
  }

  async start(spec: ServerSpec, { signal, onProgress }: StartOptions): Promise<Spawned> {
    signal.throwIfAborted()
    onProgress(10, 'Starting the server')
    signal.throwIfAborted()
    const script = this.machine.nextScript()
    if (script === 'hangs') await abortOf(signal)
    if (script !== undefined && script !== 'hangs' && 'fails' in script)
      throw new HubError('unavailable', script.fails)
    const { publicId } = spec
    const handle = { adapter: this.name, publicId, number: this.machine.started.length }
    const gone = typeof script === 'object' && 'dies' in script ? script.dies : undefined
    this.machine.started.push(spec)
    this.machine.servers.set(publicId, { spec, handle, gone })
    this.machine.logs.set(publicId, '')
    return { handle, address: addressOf(publicId) }
  }

  async inspect(handle: SpawnHandle): Promise<Inspection> {
    const server = this.#find(handle)
    if (server?.gone === undefined && server) return { is: 'running' }
    return { is: 'gone', reason: server?.gone ?? 'its process is gone' }
  }

  async stop(handle: SpawnHandle): Promise<void> {
    const server = this.#find(handle)
    if (server) server.gone ??= 'was ended by signal SIGTERM'
  }

  async list(): Promise<readonly SpawnHandle[]> {
    return [...this.machine.servers.values()]
      .filter(({ gone }) => gone === undefined)
      .map(({ handle }) => handle)
  }

  async logTail(publicId: string, lines: number): Promise<readonly string[]> {
    const token = this.machine.servers.get(publicId)?.spec.environment['JUPYTERHUB_API_TOKEN']
    const log = plainText(this.machine.logs.get(publicId) ?? '')
    const clean = token === undefined ? log : log.replaceAll(token, '[hidden]')
    return clean
      .split('\n')
      .filter((line) => line !== '')
      .slice(-lines)
  }

  async usage(handles: readonly SpawnHandle[]): Promise<ReadonlyMap<string, ServerUsage>> {
    return new Map(
      handles
        .filter((handle) => this.#find(handle)?.gone === undefined && this.#find(handle))
        .map(({ publicId }) => [
          publicId,
          {
            memory: { value: 1024 },
            cpu: { value: 1 },
            disk: { value: null, why: 'nothing has files here' },
          },
        ]),
    )
  }

  async cleanUp(publicId: string): Promise<void> {
    this.machine.logs.delete(publicId)
    if (this.machine.servers.get(publicId)?.gone !== undefined)
      this.machine.servers.delete(publicId)
  }

  #find({ adapter, publicId }: SpawnHandle): FakeServer | undefined {
    return adapter === this.name ? this.machine.servers.get(publicId) : undefined
  }
}

function addressOf(publicId: string): ServerAddress {
  return { kind: 'unix', path: `/run/fake/s/${publicId}/s.sock`, owner: 1000 }
}

/** Never resolves. @throws the signal's reason */
async function abortOf(signal: AbortSignal): Promise<never> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  else signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  signal.throwIfAborted()
  throw new Error('unreachable: the signal aborted')
}
