import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'

import { ConfigError } from './config-error.ts'
import { CONFIG_TEMPLATE } from './config-template.ts'
import { sayIssue } from './issues.ts'
import { HubConfig } from './schema.ts'

/** What the command line sets above the file. */
export interface Overrides {
  readonly host?: string | undefined
  readonly port?: number | undefined
}

/**
 * Reads a configuration file. Unknown keys are errors; every mistake is reported at once, with its line.
 * @throws ConfigError
 */
export function loadConfig(file: string, overrides: Overrides = {}): HubConfig {
  return parseConfig(read(file), file, overrides)
}

/** As `loadConfig`, of a text; `file` is what messages call it. */
export function parseConfig(text: string, file: string, overrides: Overrides = {}): HubConfig {
  const read = readText(text, file)
  const parsed = HubConfig.safeParse(withOverrides(read.document.toJS() ?? {}, overrides))
  if (parsed.success) return parsed.data
  const found = parsed.error.issues
    .flatMap((issue) => sayIssue(issue, (path) => read.document.hasIn(path)))
    .map(({ path, said }) => ({ line: lineOf(path, read), said: `${dotted(path)} ${said}`.trim() }))
  throw mistakes(file, found)
}

/** A text as YAML has it, with the places of its lines. */
interface ReadText {
  readonly document: Document
  readonly lines: LineCounter
}

function readText(text: string, file: string): ReadText {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  })
  if (document.errors.length === 0) return { document, lines }
  throw mistakes(
    file,
    document.errors.map(({ pos, message }) => ({
      line: lines.linePos(pos[0]).line,
      said: message,
    })),
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

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`${file} cannot be read (${codeOf(error)})`, { cause: error })
  }
}

/** `--host` and `--port` set `listen`, and by default the public address with it. */
function withOverrides(value: unknown, { host, port }: Overrides): unknown {
  if ((host === undefined && port === undefined) || typeof value !== 'object' || value === null)
    return value
  const listen =
    'listen' in value && typeof value.listen === 'string' ? value.listen : '127.0.0.1:8000'
  const [, oldHost = '127.0.0.1', oldPort = '8000'] = /^(.*):(\d+)$/.exec(listen) ?? []
  const shownHost = host?.includes(':') ? `[${host}]` : (host ?? oldHost)
  return { ...value, listen: `${shownHost}:${port ?? oldPort}` }
}

/** Where the deepest part of the path that the file has stands: its key, or its place in a list. Undefined: nowhere. */
function lineOf(path: readonly PropertyKey[], { document, lines }: ReadText): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const at = offsetOf(path.slice(0, length), document)
    if (at !== undefined) return lines.linePos(at).line
  }
  return undefined
}

function offsetOf(path: readonly PropertyKey[], document: Document): number | undefined {
  const holder: unknown =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  const pair = isMap(holder)
    ? holder.items.find(
        ({ key }) => String(isScalar(key) ? key.value : key) === String(path.at(-1)),
      )
    : undefined
  const node: unknown = pair ? pair.key : document.getIn(path, true)
  return isNode(node) ? node.range?.[0] : undefined
}

const dotted = (path: readonly PropertyKey[]) => path.map(String).join('.')

function mistakes(
  file: string,
  found: readonly { readonly line: number | undefined; readonly said: string }[],
): ConfigError {
  const shown = found
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0))
    .map(({ line, said }) => (line === undefined ? `  ${said}` : `  line ${line}: ${said}`))
  return new ConfigError(`${file} cannot be used:\n${shown.join('\n')}`)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
