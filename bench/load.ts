import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** Where the requests go: a hub's socket or port. */
export type Target = { readonly path: string } | { readonly host: string; readonly port: number }

/** Callers that do the same: each asks, waits for the answer, and asks again. */
interface CallerGroup {
  readonly name: string
  readonly callers: number
  /** `{random}` in it becomes a whole number below `random`, another one each time. */
  readonly path: string
  readonly random?: number
  /** Handed out to the callers in turn. */
  readonly tokens: readonly string[]
  /** Between an answer and the next question. */
  readonly pauseMs?: number
}

export interface Load {
  readonly target: Target
  readonly seconds: number
  readonly groups: readonly CallerGroup[]
}

/** What one group got: times in milliseconds; `least` and `most` are answers to one caller. */
export interface Answered {
  readonly name: string
  readonly answers: number
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  readonly longest: number
  readonly least: number
  readonly most: number
  /** Answers other than 200. */
  readonly failed: number
}

/** Deadline for answers that are still under way when the time is over: one that starves is counted with what it waited. */
const GRACE_MS = 30_000

async function run({ target, seconds, groups }: Load): Promise<readonly Answered[]> {
  const end = performance.now() + seconds * 1000
  return Promise.all(
    groups.map(async (group) => {
      const callers = await Promise.all(
        Array.from({ length: group.callers }, (_, index) => call(target, group, index, end)),
      )
      return sum(group.name, seconds, callers)
    }),
  )
}

interface Caller {
  answers: number
  failed: number
  readonly times: number[]
}

async function call(
  target: Target,
  { path, random = 1, tokens, pauseMs = 0 }: CallerGroup,
  index: number,
  end: number,
): Promise<Caller> {
  const token = tokens[index % tokens.length] ?? ''
  const connection = new Connection(target)
  const caller: Caller = { answers: 0, failed: 0, times: [] }
  const giveUp = setTimeout(() => connection.end(), end - performance.now() + GRACE_MS)
  while (performance.now() < end) {
    const asked = path.replace('{random}', String(Math.floor(Math.random() * random)))
    const begun = performance.now()
    const status = await connection.get(asked, token)
    const now = performance.now()
    caller.times.push(now - begun)
    if (status !== 200) caller.failed++
    else if (now < end) caller.answers++
    if (pauseMs > 0) await delay(pauseMs)
  }
  clearTimeout(giveUp)
  connection.end()
  return caller
}

function sum(name: string, seconds: number, callers: readonly Caller[]): Answered {
  const times = callers.flatMap((caller) => caller.times).toSorted((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]
  const each = callers.map(({ answers }) => answers)
  const answers = each.reduce((a, b) => a + b, 0)
  return {
    name,
    answers,
    perSecond: answers / seconds,
    p50: at(0.5) ?? 0,
    p99: at(0.99) ?? 0,
    longest: times.at(-1) ?? 0,
    least: Math.min(...each),
    most: Math.max(...each),
    failed: callers.reduce((total, { failed }) => total + failed, 0),
  }
}

/** One kept connection; reads no more of an answer than where it ends. */
class Connection {
  readonly #socket: Socket
  #heard: Buffer = Buffer.alloc(0)
  #waiting: ((status: number) => void) | undefined

  constructor(target: Target) {
    this.#socket = connect(target)
    this.#socket.setNoDelay(true)
    this.#socket.on('data', (data: Buffer) => this.#hear(data))
    this.#socket.on('error', () => this.#answer(0))
    this.#socket.on('close', () => this.#answer(0))
  }

  /** @returns the status; 0 when the connection broke */
  get(path: string, token: string): Promise<number> {
    if (this.#socket.destroyed) return Promise.resolve(0)
    const { promise, resolve } = Promise.withResolvers<number>()
    this.#waiting = resolve
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: token ${token}\r\nAccept: application/json\r\n\r\n`,
    )
    return promise
  }

  end(): void {
    this.#socket.destroy()
    this.#answer(0)
  }

  #hear(data: Buffer): void {
    this.#heard = this.#heard.length === 0 ? data : Buffer.concat([this.#heard, data])
    const head = this.#heard.indexOf('\r\n\r\n')
    if (head < 0) return
    const headers = this.#heard.toString('latin1', 0, head)
    const length = /\r\ncontent-length: *(\d+)/i.exec(headers)?.[1]
    const isWhole =
      length === undefined
        ? this.#heard.subarray(-5).toString('latin1') === '0\r\n\r\n'
        : this.#heard.length >= head + 4 + Number(length)
    if (!isWhole) return
    this.#heard = Buffer.alloc(0)
    this.#answer(Number(headers.slice(9, 12)))
  }

  #answer(status: number): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.(status)
  }
}

if (import.meta.main) {
  const load = JSON.parse(readFileSync(0, 'utf8')) as Load
  console.log(JSON.stringify(await run(load)))
  process.exit(0)
}
