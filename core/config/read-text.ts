import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'

import { ConfigError } from './config-error.ts'
import type { Mistake } from './issues.ts'

/** A configuration file's text as YAML has it. */
export interface ReadText {
  /** Keeps comments, so that it can be changed and written back. */
  readonly document: Document
  /** What it says, as plain data; an empty file, or section, is an empty group of settings. */
  readonly raw: unknown
  /** Where the deepest part of the path that the file has stands: its key, or its place in a list. Undefined: nowhere. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined
}

/**
 * Reads a text; `file` is what messages call it.
 * @throws ConfigError for what is no YAML, and for a key that stands twice
 */
export function readText(text: string, file: string): ReadText {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  })
  if (document.errors.length > 0) {
    throw mistakesIn(
      file,
      document.errors.map(({ pos, message }) => ({
        line: lines.linePos(pos[0]).line,
        said: message,
      })),
    )
  }
  return {
    document,
    raw: plain(document, file),
    lineOf: (path) => {
      const at = offsetOf(path, document)
      return at === undefined ? undefined : lines.linePos(at).line
    },
  }
}

/** One error for all mistakes, in the order of their lines. */
export function mistakesIn(
  file: string,
  found: readonly { readonly line: number | undefined; readonly said: string }[],
): ConfigError {
  const shown = found
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0))
    .map(({ line, said }) => (line === undefined ? `  ${said}` : `  line ${line}: ${said}`))
  return new ConfigError(`${file} cannot be used:\n${shown.join('\n')}`, {
    mistakes: found.map(({ said }) => said),
  })
}

/** A mistake with its line, as people read it. */
export function placed(
  { path, said }: Mistake,
  { lineOf }: Pick<ReadText, 'lineOf'>,
): { readonly line: number | undefined; readonly said: string } {
  return { line: lineOf(path), said: `${path.map(String).join('.')} ${said}`.trim() }
}

function plain(document: Document, file: string): unknown {
  try {
    const said: unknown = document.toJS() ?? {}
    return isMap(document.contents) ? withoutEmptySections(said) : said
  } catch (error) {
    // Anchors that are repeated until nobody can hold what comes of them.
    throw new ConfigError(
      `${file} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    )
  }
}

/** A section that was begun and left empty (`culling:`) says nothing. */
function withoutEmptySections(said: unknown): unknown {
  return Object.fromEntries(Object.entries(Object(said)).filter(([, value]) => value !== null))
}

function offsetOf(path: readonly PropertyKey[], document: Document): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(path.slice(0, length), document)
    if (isNode(node) && node.range) return node.range[0]
  }
  return undefined
}

/** In a map the key, which may stand lines above its value. */
function nodeAt(path: readonly PropertyKey[], document: Document): unknown {
  const holder: unknown =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(holder)) return document.getIn(path, true)
  const last = String(path.at(-1))
  return holder.items.find(({ key }) => String(isScalar(key) ? key.value : key) === last)?.key
}
