import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

import { backoff } from '#core/base/backoff.ts'
import { type ChildPlan, startChild } from './child.ts'
import { type Message, readMessage } from './messages.ts'

/** A process that has lived so long has started well; the waits before the next restart begin anew. */
const SETTLED_MS = 60_000
/** Starts that fail one after the other before anything was ready: then it is no use. */
const MOST_FAILURES = 3
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 15_000

export interface SupervisionPlan {
  readonly node: string
  readonly runDir: string
  readonly hub: ChildPlan
  /** Made when the hub has read its configuration and says where to listen. */
  proxy(launch: Extract<Message, { type: 'launch' }>): ChildPlan
  /** Both answer: shown once, at the first time. */
  ready(ready: Extract<Message, { type: 'ready' }>): void
  /** One of them runs under this number. */
  started(name: string, pid: number): void
  /** A line for whoever watches: of the supervisor, or of one of the two under its name. */
  say(line: string): void
  /** How long the two may take to end before they are killed. */
  readonly endMs: number
}

/** Keeps the hub and the proxy running until `end` aborts, or one of them says that it is of no use. @returns the exit code */
export class Supervisor {
  readonly #plan: SupervisionPlan
  readonly #children = new Map<string, ChildProcess>()
  readonly #over = new AbortController()
  #code = 0
  #proxyStarted = false
  #proxyReady = false
  #hubReady: Extract<Message, { type: 'ready' }> | undefined
  #shown = false

  constructor(plan: SupervisionPlan) {
    this.#plan = plan
  }

  async run(end: AbortSignal): Promise<number> {
    const over = () => this.#over.abort()
    end.addEventListener('abort', over)
    const hub = this.#keep(this.#plan.hub)
    await new Promise<void>((resolve) =>
      this.#over.signal.addEventListener('abort', () => resolve()),
    )
    await this.#endAll()
    await hub
    end.removeEventListener('abort', over)
    return this.#code
  }

  /** Starts it, and again when it ends, with growing waits. */
  async #keep(plan: ChildPlan): Promise<void> {
    let waits = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS)
    let failures = 0
    while (!this.#over.signal.aborted) {
      const begun = Date.now()
      const how = await this.#once(plan)
      if (this.#over.signal.aborted) return
      if (Date.now() - begun > SETTLED_MS) waits = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS)
      failures = this.#shown ? 0 : failures + 1
      if (failures >= MOST_FAILURES)
        return this.#giveUp(
          `the ${plan.name} does not start: it ended ${failures} times (${how}); its lines are above`,
        )
      const wait = waits.next().value
      this.#plan.say(
        `start | the ${plan.name} ended (${how}); it is started again in ${wait / 1000} s`,
      )
      await delay(wait, undefined, { signal: this.#over.signal }).catch(() => undefined)
    }
  }

  #once(plan: ChildPlan): Promise<string> {
    const child = startChild(plan, this.#plan.node, (line) => this.#plan.say(line))
    this.#children.set(plan.name, child)
    if (child.pid !== undefined) this.#plan.started(plan.name, child.pid)
    const { promise, resolve } = Promise.withResolvers<string>()
    child.on('message', (value) => this.#heard(plan.name, readMessage(value, this.#plan.runDir)))
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    return promise.finally(() => this.#children.delete(plan.name))
  }

  #heard(name: 'hub' | 'proxy', message: Message | undefined): void {
    if (message?.type === 'fatal') return this.#giveUp(message.message)
    if (name === 'proxy') {
      if (message?.type === 'up') this.#proxyReady = true
      return this.#showWhenReady()
    }
    switch (message?.type) {
      case 'launch':
        if (!this.#proxyStarted) {
          this.#proxyStarted = true
          void this.#keep(this.#plan.proxy(message))
        }
        return
      case 'no-proxy':
        return this.#goWithoutProxy(message.apiUrl)
      case 'ready':
        this.#hubReady = message
        return this.#showWhenReady()
      case 'end':
        this.#plan.say('start | the hub was asked to end, and ends')
        return this.#over.abort()
      case 'up':
      case undefined:
        this.#plan.say('start | the hub said something that is not understood')
    }
  }

  #goWithoutProxy(apiUrl: string): void {
    if (!this.#proxyReady)
      this.#plan.say(`start | no proxy is started: the hub sets its routes at ${apiUrl}`)
    this.#proxyReady = true
    this.#showWhenReady()
  }

  #showWhenReady(): void {
    if (!this.#proxyReady || !this.#hubReady || this.#shown) return
    this.#shown = true
    this.#plan.ready(this.#hubReady)
  }

  #giveUp(why: string): void {
    if (this.#over.signal.aborted) return
    this.#plan.say(why)
    this.#code = 1
    this.#over.abort()
  }

  /** The proxy goes last, so that people see a page while the hub ends. */
  async #endAll(): Promise<void> {
    const killing = setTimeout(() => {
      for (const child of this.#children.values()) child.kill('SIGKILL')
    }, this.#plan.endMs)
    for (const name of ['hub', 'proxy']) {
      const child = this.#children.get(name)
      if (!child || child.exitCode !== null || child.signalCode !== null) continue
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    }
    clearTimeout(killing)
  }
}
