import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'

import { type Clock, systemClock } from '#core/base/clock.ts'

import { ConfigError } from './config-error.ts'
import { explain, type ExplainedSetting } from './explain.ts'
import { type Mistake } from './issues.ts'
import {
  type Overrides,
  readConfig,
  type ReadConfig,
  readConfigFile,
  withOverrides,
} from './load.ts'
import { mistakesIn, placed } from './read-text.ts'
import { HubConfig } from './schema.ts'
import { SETTINGS, valueAt, withValueAt } from './settings-list.ts'

/** Makes a change take hold. One that fails is told again with the next look at the file. */
export type ConfigListener = (now: HubConfig, before: HubConfig) => void | Promise<void>

/** What others know of a configuration that its schema cannot: mistakes, or nothing. */
export type ConfigCheck = (config: HubConfig) => readonly Mistake[]

/** Where the running hub stands with its file. */
export interface ConfigState {
  readonly file: string
  /** Tells one text from another: of the file that was last taken on. */
  readonly revision: string
  readonly takenOn: Date
  /** Settings that were changed in the file and wait for the hub's next start. */
  readonly waiting: readonly string[]
  /** Why the file as it is now was not taken on; null: it was. */
  readonly refusal: {
    readonly revision: string
    readonly at: Date
    readonly message: string
  } | null
  /** What was taken on, and did not take hold yet. */
  readonly troubles: readonly string[]
}

export interface LiveConfigOptions {
  readonly file: string
  readonly overrides?: Overrides
  readonly clock?: Clock
  /** Told, in words for the log, of everything that a changed file led to. */
  readonly say?: (message: string) => void
  /** Given each text that another one has taken the place of. */
  readonly keepOld?: (text: string) => void
}

interface Listening {
  readonly listener: ConfigListener
  has: HubConfig
  telling: Promise<void> | undefined
  trouble: string | undefined
}

const WAITING = SETTINGS.filter(({ live }) => live === 'restart')

/**
 * The settings of a running hub. A changed file is taken on whole or not at all: while it cannot be used, the old one stays in
 * force. Settings that cannot change under a running hub keep the value of its start.
 */
export class LiveConfig {
  readonly #options: LiveConfigOptions
  readonly #clock: Clock
  readonly #checks: ConfigCheck[] = []
  readonly #listening = new Set<Listening>()
  readonly #atStart: ReadConfig
  #config: HubConfig
  /** The last file of which something took hold. */
  #applied: ReadConfig
  #read: ReadConfig
  #state: Omit<ConfigState, 'file' | 'troubles'>

  /** @throws ConfigError when the file cannot be used: there is no old one to go on with */
  constructor(options: LiveConfigOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#read = this.#readFile(readConfigFile(options.file))
    this.#config = this.#read.config
    this.#atStart = this.#read
    this.#applied = this.#read
    this.#state = this.#stateOf([])
  }

  /** The settings in force. Whoever uses them asks anew each time. */
  current(): HubConfig {
    return this.#config
  }

  /** Every setting in force and where it comes from, without secrets. One that waits is told as it was at the start. */
  explain(): readonly ExplainedSetting[] {
    const overrides = this.#options.overrides ?? {}
    const now = explain(this.#read, overrides, { secrets: false })
    if (this.#state.waiting.length === 0) return now
    const [atStart, before] = [this.#atStart, this.#applied].map((read) =>
      explain(read, overrides, { secrets: false }),
    )
    return now.map((each, index) => {
      if (!this.#state.waiting.includes(each.name)) return each
      return (SETTINGS[index]?.live === 'restart' ? atStart : before)?.[index] ?? each
    })
  }

  /** Called after each change, in the order in which files were taken on, never twice at once. Returns how to end that. */
  onChange(listener: ConfigListener): () => void {
    const listening = { listener, has: this.#config, telling: undefined, trouble: undefined }
    this.#listening.add(listening)
    return () => this.#listening.delete(listening)
  }

  /**
   * Adds a check that every later file has to pass too; the present one has to pass it at once.
   * @throws ConfigError
   */
  addCheck(check: ConfigCheck): void {
    this.#refuseMistakes(check(this.#config), this.#read)
    this.#checks.push(check)
  }

  state(): ConfigState {
    return {
      file: this.#options.file,
      ...this.#state,
      troubles: [...this.#listening].flatMap(({ trouble }) => trouble ?? []),
    }
  }

  /** Looks at the file now. Resolves when all that it changed has taken hold, or was noted in `state`. */
  async look(): Promise<ConfigState> {
    this.#takeOn()
    await Promise.all([...this.#listening].map((each) => this.#tell(each)))
    return this.state()
  }

  #takeOn(): void {
    let text = ''
    try {
      text = readConfigFile(this.#options.file)
      if (revisionOf(text) === this.#state.revision) this.#state = { ...this.#state, refusal: null }
      else this.#adopt(this.#readFile(text))
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      this.#refuse(revisionOf(text), error.message)
    }
  }

  #readFile(text: string): ReadConfig {
    const { file, overrides } = this.#options
    const read = readConfig(text, file, overrides)
    for (const check of this.#checks) this.#refuseMistakes(check(read.config), read)
    return read
  }

  #adopt(read: ReadConfig): void {
    const { config, waiting } = this.#withoutRestart(read)
    this.#keepOld()
    this.#read = read
    if (config !== this.#config) this.#applied = read
    // Whoever listens is not told of a new comment.
    if (!isDeepStrictEqual(config, this.#config)) this.#config = config
    this.#state = this.#stateOf(waiting)
    this.#options.say?.(
      `The settings in ${this.#options.file} have changed and are in force${waiting.length === 0 ? '.' : `, but for these, which wait for the hub's next start: ${waiting.join(', ')}.`}`,
    )
  }

  /** The new settings with the old values of those that need a restart; when the two do not go together, all wait. */
  #withoutRestart(read: ReadConfig): { config: HubConfig; waiting: readonly string[] } {
    const changed = WAITING.filter(
      ({ path }) =>
        !isDeepStrictEqual(valueAt(read.config, path), valueAt(this.#atStart.config, path)),
    )
    if (changed.length === 0) return { config: read.config, waiting: [] }
    const held = WAITING.reduce<unknown>(
      (raw, { path }) => withValueAt(raw, path, valueAt(this.#atStart.raw, path)),
      read.raw,
    )
    const parsed = HubConfig.safeParse(withOverrides(held, this.#options.overrides ?? {}))
    const fits = parsed.success && this.#checks.every((check) => check(parsed.data).length === 0)
    if (fits) return { config: parsed.data, waiting: changed.map(({ name }) => name) }
    const differing = SETTINGS.filter(
      ({ path }) => !isDeepStrictEqual(valueAt(read.config, path), valueAt(this.#config, path)),
    )
    return { config: this.#config, waiting: differing.map(({ name }) => name) }
  }

  /** Settings that are in order are not refused because the one before could not be kept. */
  #keepOld(): void {
    try {
      this.#options.keepOld?.(this.#read.text)
    } catch (error) {
      this.#options.say?.(error instanceof Error ? error.message : String(error))
    }
  }

  #refuse(revision: string, message: string): void {
    const { refusal } = this.#state
    if (refusal?.revision === revision && refusal.message === message) return
    this.#state = { ...this.#state, refusal: { revision, at: this.#clock.now(), message } }
    this.#options.say?.(`${message}\nThe settings from before stay in force.`)
  }

  #refuseMistakes(found: readonly Mistake[], read: ReadConfig): void {
    if (found.length > 0)
      throw mistakesIn(
        this.#options.file,
        found.map((mistake) => placed(mistake, read)),
      )
  }

  #stateOf(waiting: readonly string[]): Omit<ConfigState, 'file' | 'troubles'> {
    return {
      revision: revisionOf(this.#read.text),
      takenOn: this.#clock.now(),
      waiting,
      refusal: null,
    }
  }

  /** One that is being told already goes on to the newest settings by itself. */
  #tell(listening: Listening): Promise<void> {
    listening.telling ??= this.#bringUp(listening).finally(() => (listening.telling = undefined))
    return listening.telling
  }

  async #bringUp(listening: Listening): Promise<void> {
    try {
      while (listening.has !== this.#config) {
        const now = this.#config
        await listening.listener(now, listening.has)
        listening.has = now
      }
      listening.trouble = undefined
    } catch (error) {
      const trouble = `A change of the settings did not take hold yet: ${error instanceof Error ? error.message : String(error)}`
      if (trouble !== listening.trouble) this.#options.say?.(trouble)
      listening.trouble = trouble
    }
  }
}

/** Something that is made of the settings, made anew when they have changed. */
export function derived<Made>(
  live: Pick<LiveConfig, 'current'>,
  make: (config: HubConfig) => Made,
): () => Made {
  let from: HubConfig | undefined
  let made: Made | undefined
  return () => {
    const config = live.current()
    if (made === undefined || from !== config) made = make((from = config))
    return made
  }
}

function revisionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
