import { readFileSync, writeSync } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'

import * as z from 'zod'

import { RouteBody } from '#core/contract/proxy-api.ts'
import { compilePolicy } from '#core/forwarding/policy/compile-policy.ts'
import type { Routes } from '#core/forwarding/routes.ts'
import { parseTarget } from '#core/forwarding/target.ts'

import type { ProxyLog } from './log.ts'

/** A line of the file: a route as it was set, or, without a body, one that went. */
const Line = z.union([z.tuple([z.string(), RouteBody]), z.tuple([z.string()])])
/** The whole file is written anew when it has so many more lines than there are routes: for each route it is, on average, done once or less. */
const MOST_EXTRA_LINES = 1000
/** After it could not be written, the file is tried again so soon. */
const AGAIN_MS = 2000

/** Adds what is posted, or restored from the file. @returns whether the target can be read */
export function addRoute(routes: Routes, prefix: string, body: z.infer<typeof RouteBody>): boolean {
  const target = parseTarget(body.target, body.socket_owner ?? null, body.address ?? null)
  const policy = body.policy && compilePolicy(body.policy, routes.pathOf(prefix))
  if (target) routes.set(prefix, target, { data: body, policy, now: new Date() })
  return target !== undefined
}

/**
 * The routes in a file, from which the next proxy has them again. A change is a line that is appended before it is answered, so that
 * a proxy that is killed loses nothing that it has promised, and leaves at worst half a line at the end. The system takes a line in a
 * few microseconds: handing it to another thread would cost ten times as much. Not waited for is the disk itself: when the power
 * goes, so do the servers that the routes lead to.
 */
export class RoutesFile {
  readonly #routes: Routes
  readonly #file: string
  readonly #log: ProxyLog
  /** Lacking while the file cannot be written. */
  #handle: FileHandle | undefined
  /** Lines in the file. */
  #written = 0
  #rewriting: Promise<void> | undefined
  /** Lines that wait until the file is written anew. */
  #later: string[] = []
  #hasFailed = false
  #again: NodeJS.Timeout | undefined

  constructor(routes: Routes, file: string, log: ProxyLog) {
    this.#routes = routes
    this.#file = file
    this.#log = log
  }

  /** Restores what an earlier proxy wrote, and begins a file of its own. */
  async restore(): Promise<void> {
    const broken = this.#read()
    if (broken > 0)
      this.#log.error(
        `${this.#file}: ${broken} line(s) cannot be read; those routes come back when the hub adds them`,
      )
    await this.#rewrite()
  }

  /** What there is now under the prefix goes into the file. @returns when it is there, or cannot be: then the log says so, and routing goes on */
  async keep(prefix: string): Promise<void> {
    const route = this.#routes.get(prefix)
    const line = JSON.stringify(route ? [route.prefix, route.data] : [prefix])
    if (this.#rewriting) {
      this.#later.push(line)
      return this.#rewriting
    }
    if (this.#written > this.#routes.size * 2 + MOST_EXTRA_LINES) return this.#rewrite()
    this.#append([line])
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.#rewriting
    clearTimeout(this.#again)
    await this.#handle?.close()
    this.#handle = undefined
  }

  #append(lines: readonly string[]): void {
    if (!this.#handle || lines.length === 0) return
    try {
      writeWhole(this.#handle.fd, `${lines.join('\n')}\n`)
      this.#written += lines.length
    } catch (error) {
      this.#failed(error)
    }
  }

  #rewrite(): Promise<void> {
    this.#rewriting ??= this.#writeAndCatchUp()
    return this.#rewriting
  }

  async #writeAndCatchUp(): Promise<void> {
    await this.#writeAnew().catch((error: unknown) => this.#failed(error))
    this.#append(this.#later)
    this.#later = []
    this.#rewriting = undefined
  }

  /** Puts the whole table in the file's place: a reader sees the old one or the new one. */
  async #writeAnew(): Promise<void> {
    const lines = [...this.#routes.all].map(({ prefix, data }) => JSON.stringify([prefix, data]))
    const handle = await open(`${this.#file}.new`, 'w', 0o600)
    try {
      await handle.writeFile(lines.map((line) => `${line}\n`).join(''))
      await handle.sync()
      await rename(`${this.#file}.new`, this.#file)
    } catch (error) {
      await handle.close()
      throw error
    }
    await this.#handle?.close()
    this.#handle = handle
    this.#written = lines.length
    if (this.#hasFailed) this.#log.info(`the routes are kept in ${this.#file} again`)
    this.#hasFailed = false
  }

  /** Until it is written anew, nothing is: a half-written line may stand at its end. */
  #failed(error: unknown): void {
    void this.#handle?.close()
    this.#handle = undefined
    const why = error instanceof Error ? error.message : String(error)
    if (!this.#hasFailed)
      this.#log.error(
        `the routes cannot be kept in ${this.#file} (${why}): they are in force, but a restart of the proxy would lose the latest ones`,
      )
    this.#hasFailed = true
    clearTimeout(this.#again)
    this.#again = setTimeout(() => void this.#rewrite(), AGAIN_MS).unref()
  }

  /** @returns how many lines cannot be read. What comes behind the last end of a line was never whole */
  #read(): number {
    const lines = textOf(this.#file).split('\n').slice(0, -1)
    return lines.filter((line) => !this.#take(line)).length
  }

  #take(line: string): boolean {
    const read = Line.safeParse(parsed(line))
    if (!read.success) return false
    const [prefix, body] = read.data
    if (body) return addRoute(this.#routes, prefix, body)
    this.#routes.delete(prefix)
    return true
  }
}

function writeWhole(descriptor: number, text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest))
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    return '?\n'
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
