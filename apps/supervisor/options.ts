import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** What `./start` hands over. Paths are absolute from here on: the children run in another folder. */
export interface Options {
  readonly data: string
  readonly python: string
  readonly port: string | undefined
  readonly host: string | undefined
  readonly config: string | undefined
  /** Only makes the accounts, for a set-up that needs them before there is anything to run. */
  readonly accountsOnly: boolean
}

/** @throws Error with a sentence */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      python: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      config: { type: 'string' },
      accounts: { type: 'boolean', default: false },
    },
  })
  const { data, python, config } = values
  if (data === undefined || (python === undefined && !values.accounts))
    throw new Error('--data and --python are needed: start the hub with ./start')
  return {
    data: resolve(data),
    python: resolve(python ?? '/'),
    port: values.port,
    host: values.host,
    config: config === undefined ? undefined : resolve(config),
    accountsOnly: values.accounts,
  }
}
