import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { Client, type QueryResult } from 'pg'

const VERSIONS = '/usr/lib/postgresql'
/** Root may not run PostgreSQL. */
const NOBODY = 65534

/**
 * A PostgreSQL of a test's own, thrown away with it: on a unix socket in a folder of its own, no TCP port, run by an account
 * without rights.
 */
export class PostgresCluster implements AsyncDisposable {
  readonly folder: string
  readonly #bin: string
  #server: ChildProcess | undefined
  #databases = 0
  /** The address that `database` gave last. */
  urlOfLast = ''

  private constructor(folder: string, bin: string) {
    this.folder = folder
    this.#bin = bin
  }

  /** Why there can be none here; undefined when there can. */
  static whyNot(): string | undefined {
    return programs() === undefined ? 'PostgreSQL is missing: apt install postgresql' : undefined
  }

  static async start(): Promise<PostgresCluster> {
    const bin = programs()
    if (bin === undefined) throw new Error(PostgresCluster.whyNot())
    const folder = mkdtempSync(join(tmpdir(), 'bulkhead-postgres-'))
    // Whoever runs the hub comes to the socket.
    chmodSync(folder, 0o755)
    if (process.getuid?.() === 0) chownSync(folder, NOBODY, NOBODY)
    const cluster = new PostgresCluster(folder, bin)
    execFileSync(
      join(bin, 'initdb'),
      ['--no-sync', '--auth=trust', '--username=hub', '--encoding=UTF8', '--pgdata', cluster.#data],
      { ...asNobody(), stdio: ['ignore', 'ignore', 'inherit'], cwd: folder },
    )
    await cluster.up()
    return cluster
  }

  /** Starts it, also again after `down` or `kill`. */
  async up(): Promise<void> {
    const args = ['-D', this.#data, '-k', this.folder, '-c', 'listen_addresses=']
    const quick = ['-c', 'fsync=off', '-c', 'shared_buffers=16MB', '-c', 'log_min_messages=fatal']
    this.#server = spawn(join(this.#bin, 'postgres'), [...args, ...quick], {
      ...asNobody(),
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'ignore'],
    })
    for (let tries = 0; tries < 200; tries++) {
      if (await this.#answers()) return
      await delay(50)
    }
    throw new Error('PostgreSQL does not start')
  }

  /** Ends it as an operator does who is in a hurry: whoever is connected is cut off. */
  down(): Promise<void> {
    return this.#end('SIGINT')
  }

  /** Ends it as a power cut does. */
  kill(): Promise<void> {
    return this.#end('SIGQUIT')
  }

  /** What a hub takes for an empty database: a schema of its own, which is made in no time. @returns its address */
  async database(): Promise<string> {
    const name = `t${++this.#databases}`
    await this.run(this.url, `create schema ${name}`)
    this.urlOfLast = `${this.url}&options=${encodeURIComponent(`-c search_path=${name}`)}`
    return this.urlOfLast
  }

  get url(): string {
    return `postgresql:///postgres?user=hub&host=${encodeURIComponent(this.folder)}`
  }

  /** Runs statements beside the hub. @returns the rows of the last one */
  async run(url: string, sql: string): Promise<readonly unknown[]> {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      const results: QueryResult | QueryResult[] = await client.query(sql)
      return (Array.isArray(results) ? results.at(-1) : results)?.rows ?? []
    } finally {
      await client.end()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true })
  }

  get #data(): string {
    return join(this.folder, 'data')
  }

  async #answers(): Promise<boolean> {
    try {
      await this.run(this.url, 'select 1')
      return true
    } catch {
      return false
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill(signal)
    await gone
  }
}

/** The folder of the newest version's programs. */
function programs(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined
  return readdirSync(VERSIONS)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')))
}

function asNobody(): { readonly uid?: number; readonly gid?: number } {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
}
