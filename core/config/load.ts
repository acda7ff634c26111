import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

import { codeOf, ConfigError } from './config-error.ts'
import { CONFIG_TEMPLATE } from './config-template.ts'
import { sayIssue } from './issues.ts'
import { mistakesIn, placed, type ReadText, readText } from './read-text.ts'
import { HubConfig } from './schema.ts'

/** What the command line sets above the file. */
export interface Overrides {
  readonly host?: string | undefined
  readonly port?: number | undefined
}

/** A file's settings in force, and the text that they come from. */
export interface ReadConfig extends ReadText {
  readonly text: string
  readonly config: HubConfig
}

/**
 * Reads a configuration file. Unknown keys are errors; every mistake is reported at once, with its line.
 * @throws ConfigError
 */
export function loadConfig(file: string, overrides: Overrides = {}): HubConfig {
  return parseConfig(readConfigFile(file), file, overrides)
}

/** As `loadConfig`, of a text; `file` is what messages call it. */
export function parseConfig(text: string, file: string, overrides: Overrides = {}): HubConfig {
  return readConfig(text, file, overrides).config
}

/** As `parseConfig`, with what the text says itself. */
export function readConfig(text: string, file: string, overrides: Overrides = {}): ReadConfig {
  const read = readText(text, file)
  const parsed = HubConfig.safeParse(withOverrides(read.raw, overrides))
  if (parsed.success) return { ...read, text, config: parsed.data }
  throw mistakesIn(
    file,
    parsed.error.issues
      .flatMap((issue) => sayIssue(issue, (path) => read.document.hasIn(path)))
      .map((mistake) => placed(mistake, read)),
  )
}

/** Makes the commented file of a first start; an existing one stays as it is. Mode 0600. */
export function makeConfigFile(file: string): void {
  try {
    const descriptor = openSync(file, 'wx', 0o600)
    writeSync(descriptor, CONFIG_TEMPLATE)
    closeSync(descriptor)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST')
      throw new ConfigError(
        `${file} cannot be made (${codeOf(error)}): is its folder there and writable?`,
        { cause: error },
      )
  }
}

/** @throws ConfigError */
export function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`${file} cannot be read (${codeOf(error)})`, { cause: error })
  }
}

/** `--host` and `--port` set `listen`, and by default the public address with it. */
export function withOverrides(value: unknown, { host, port }: Overrides): unknown {
  if ((host === undefined && port === undefined) || typeof value !== 'object' || value === null)
    return value
  const listen =
    'listen' in value && typeof value.listen === 'string' ? value.listen : '127.0.0.1:8000'
  const [, oldHost = '127.0.0.1', oldPort = '8000'] = /^(.*):(\d+)$/.exec(listen) ?? []
  const shownHost = host?.includes(':') ? `[${host}]` : (host ?? oldHost)
  return { ...value, listen: `${shownHost}:${port ?? oldPort}` }
}
