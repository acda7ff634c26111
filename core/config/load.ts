import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

import { type Document, LineCounter, parseDocument } from 'yaml'
import type * as z from 'zod'

import { ConfigError } from './config-error.ts'
import { CONFIG_TEMPLATE } from './config-template.ts'
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
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  })
  const syntax = document.errors.map(
    (error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message}`,
  )
  if (syntax.length > 0) throw mistakes(file, syntax)
  const parsed = HubConfig.safeParse(withOverrides(document.toJS() ?? {}, overrides))
  if (parsed.success) return parsed.data
  throw mistakes(
    file,
    parsed.error.issues.flatMap((issue) => describeIssue(issue, document, lines)),
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

function describeIssue(issue: z.core.$ZodIssue, document: Document, lines: LineCounter): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key]
      return `${lineOf(path, document, lines)}${dotted(path)} is not a setting`
    })
  }
  const said =
    issue.code === 'custom' || issue.code === 'invalid_format' ? issue.message : readable(issue)
  return [`${lineOf(issue.path, document, lines)}${dotted(issue.path)} ${said}`.trim()]
}

function readable(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'invalid_type') return `must be ${withArticle(issue.expected)}`
  return issue.message
}

function withArticle(type: string): string {
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'a group of settings',
    record: 'a group of settings',
  }
  return words[type] ?? `a ${type}`
}

/** Where the deepest part of the path that the file has stands. */
function lineOf(path: readonly PropertyKey[], document: Document, lines: LineCounter): string {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      return `line ${lines.linePos(Number(node.range[0])).line}: `
    }
  }
  return ''
}

const dotted = (path: readonly PropertyKey[]) => path.map(String).join('.')

function mistakes(file: string, found: readonly string[]): ConfigError {
  return new ConfigError(`${file} cannot be used:\n${found.map((line) => `  ${line}`).join('\n')}`)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
