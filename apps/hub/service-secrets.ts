import { dirname, join, resolve } from 'node:path'

import type { HubConfig } from '#core/config/schema.ts'
import type { ServiceTokens } from '#core/domain/services/service-tokens.ts'

import { readOrMakeToken } from './token-file.ts'

export interface ServiceSecretsOptions {
  readonly tokens: ServiceTokens
  readonly configFile: string
  readonly dataDir: string
  readonly say: (message: string) => void
}

/** The tokens of configured services, out of their files. A file that is missing is made, for its owner alone. */
export class ServiceSecrets {
  readonly #options: ServiceSecretsOptions
  readonly #known = new Map<string, string>()
  /** Tells the tokens of this data directory's hub from those of another one on the same database. */
  readonly #note: string

  constructor(options: ServiceSecretsOptions) {
    this.#options = options
    this.#note = `of its token file (${options.dataDir})`.slice(0, 255)
  }

  of(service: string): string | null {
    return this.#known.get(service) ?? null
  }

  /**
   * Reads the files of all services, and lets no other token count that came from a file before.
   * @throws Error naming the file that cannot be used; the other services have theirs
   */
  async take({ services }: HubConfig): Promise<void> {
    const { tokens } = this.#options
    const wrong: string[] = []
    const gone = new Set(this.#known.keys())
    for (const service of services) {
      gone.delete(service.name)
      try {
        const file = this.#fileOf(service)
        if (file === undefined) {
          this.#known.delete(service.name)
          await tokens.void(service.name, this.#note)
          continue
        }
        const secret = readOrMakeToken(file, this.#options.say)
        await tokens.keep(service.name, secret, this.#note)
        this.#known.set(service.name, secret)
      } catch (error) {
        wrong.push(`${service.name}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    for (const name of gone) {
      this.#known.delete(name)
      await tokens.void(name, this.#note)
    }
    if (wrong.length > 0) throw new Error(`no token for the service ${wrong.join('; ')}`)
  }

  /** A command needs a token, even where the operator names no file for it. */
  #fileOf({ name, api_token_file: file, command }: HubConfig['services'][number]) {
    const { configFile, dataDir } = this.#options
    if (file !== '') return resolve(dirname(configFile), file)
    return command.length > 0 ? join(dataDir, 'secrets/services', `${name}.token`) : undefined
  }
}
