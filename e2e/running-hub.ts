import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '..')
const START_MS = 60_000

/** A hub started by `./start`, as an operator would, on a data directory of its own. */
export class RunningHub {
  readonly url: string
  readonly data: string
  readonly port: number
  output = ''
  errors = ''
  #process: ChildProcess | undefined

  private constructor(data: string, port: number) {
    this.data = data
    this.port = port
    this.url = `http://127.0.0.1:${port}`
  }

  /** A new one; `config` is written before its first start. */
  static async create({
    config = '',
    port,
  }: { readonly config?: string; readonly port?: number } = {}): Promise<RunningHub> {
    const data = mkdtempSync('/var/tmp/bulkhead-e2e-')
    if (config !== '') writeFileSync(join(data, 'config.yaml'), config, { mode: 0o644 })
    const hub = new RunningHub(data, port ?? (await freePort()))
    await hub.start()
    return hub
  }

  /** Runs `./start`, and waits until the hub answers. */
  async start(): Promise<void> {
    const before = { process: this.#process, output: this.output }
    this.output = ''
    const child = spawn(join(ROOT, 'start'), ['--data', this.data, '--port', String(this.port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text))
    this.#process = child
    await eventually(
      () => this.output.includes('The hub is ready') || child.exitCode !== null,
      START_MS,
    )
    if (child.exitCode === null) return
    // A start that was refused changes nothing about the one that runs.
    this.#process = before.process
    this.output = before.output
    throw new Error(`./start ended with ${child.exitCode}: ${this.errors}`)
  }

  /** The one-time link that was printed. */
  get setUpLink(): string {
    const link = /^http\S+\/hub\/setup#\S+$/m.exec(this.output)?.[0]
    if (link === undefined) throw new Error(`no set-up link was printed: ${this.output}`)
    return link
  }

  get supervisorPid(): number {
    return this.#process?.pid ?? 0
  }

  /** The process whose command line holds `part`, such as `apps/hub`, for this data directory. */
  pidOf(part: 'apps/hub' | 'apps/proxy'): number {
    const found = childrenOf(this.supervisorPid).find((pid) =>
      commandOf(pid).includes(`${part}/main.ts`),
    )
    if (found === undefined) throw new Error(`${part} is not running`)
    return found
  }

  /** SIGTERM, as an operator ends it. @returns the exit code */
  async stop(): Promise<number | null> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null
    child.kill('SIGTERM')
    await eventually(() => child.exitCode !== null || child.signalCode !== null, 25_000)
    return child.exitCode
  }

  /** Kills the supervisor alone. */
  async killSupervisor(): Promise<void> {
    this.#process?.kill('SIGKILL')
    await eventually(() => this.#process?.signalCode !== null, 5000)
  }

  /** Processes of this hub's notebook servers, kernels included. */
  serverPids(): readonly number[] {
    return allPids().filter(
      (pid) =>
        environmentOf(pid).includes(`${this.data}/homes`) &&
        /jupyterhub-singleuser|ipykernel/.test(commandOf(pid)),
    )
  }

  /** Runs `./bulkhead` on this hub. @returns its standard output */
  async command(...args: readonly string[]): Promise<string> {
    const child = spawn(join(ROOT, 'bulkhead'), ['--data', this.data, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [output, errors] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    const code = await new Promise((resolve) => child.once('close', resolve))
    if (code !== 0) throw new Error(errors.trim())
    return output.trim()
  }

  /** Adds a person who can sign in with the password. */
  async addUser(name: string, password: string, ...flags: readonly string[]): Promise<void> {
    const folder = mkdtempSync('/var/tmp/bulkhead-password-')
    const file = join(folder, 'password')
    writeFileSync(file, `${password}\n`, { mode: 0o600 })
    await this.command('user', 'add', name, '--password-file', file, ...flags)
    rmSync(folder, { recursive: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    for (const pid of this.serverPids()) kill(pid)
    await eventually(() => this.serverPids().length === 0, 5000)
    rmSync(this.data, { recursive: true, force: true })
  }
}

/** Waits until `holds`. @throws Error after `ms` milliseconds */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  ms = 20_000,
): Promise<void> {
  const deadline = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain for: ${String(holds)}`)
    await delay(50)
  }
}

export function isAlive(pid: number): boolean {
  return !['', 'Z', 'X'].includes(/\) (\S)/.exec(read(`/proc/${pid}/stat`))?.[1] ?? '')
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** A folder for this run's screenshots, where a person looks at them. */
export function shotFolder(): string {
  const folder = join(ROOT, '.setup/shots')
  mkdirSync(folder, { recursive: true })
  return folder
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

function childrenOf(parent: number): readonly number[] {
  return allPids().filter(
    (pid) => Number(/\) \S (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1]) === parent,
  )
}

function allPids(): readonly number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
}

const environmentOf = (pid: number) => read(`/proc/${pid}/environ`)

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The process has ended.
    return ''
  }
}
