import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** What the supervisor tells the hub. */
export interface HubOptions {
  readonly dataDir: string
  readonly runDir: string
  readonly pythonDir: string
  readonly configFile: string
  readonly host: string | undefined
  readonly port: number | undefined
  /** The proxy is another account: it gets at sockets by their group. */
  readonly sharedSockets: boolean
}

export function readOptions(args: readonly string[]): HubOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      run: { type: 'string' },
      python: { type: 'string' },
      config: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'shared-sockets': { type: 'boolean', default: false },
    },
  })
  const { data, run, python } = values
  if (data === undefined || run === undefined || python === undefined)
    throw new Error('--data, --run and --python are needed: start the hub with ./start')
  return {
    dataDir: data,
    runDir: run,
    pythonDir: python,
    configFile: values.config ?? join(data, 'config.yaml'),
    host: values.host,
    port: values.port === undefined ? undefined : Number(values.port),
    sharedSockets: values['shared-sockets'],
  }
}
