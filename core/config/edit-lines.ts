import {
  Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  visit,
} from 'yaml'

/** A place in a text, and the document that was read from it. */
export interface PlaceInText {
  readonly text: string
  readonly document: Document
  readonly path: readonly (string | number)[]
}

/*
 * Changes of the text itself, which touch no other line. Each returns undefined where the text is written in a way that it does not
 * know; whether what comes of it says the right thing is for the caller to check.
 */

/** Another value in the place of one that stands there. */
export function replaced(place: PlaceInText, value: unknown): string | undefined {
  const { text, document, path } = place
  const old: unknown = document.getIn(path, true)
  if (!isNode(old) || !old.range) return undefined
  const [start, end] = [old.range[0], endOf(old, text)]
  const flow = asFlow(value, text.slice(start, end))
  if (flow.includes('\n') || text.slice(start, end).includes('#')) return undefined
  if (isScalar(old) && start < end)
    return isBlockScalar(old) ? undefined : text.slice(0, start) + flow + text.slice(end)
  if (isCollection(old) && old.flow === true) return text.slice(0, start) + flow + text.slice(end)
  const key = keyAt(document, path)
  // `key:`, and the value on the lines below, or none at all.
  if (!key?.range || !/^:\s*$/.test(text.slice(key.range[1], start))) return undefined
  return `${text.slice(0, key.range[1])}: ${flow}${text.slice(isScalar(old) ? key.range[1] + 1 : end)}`
}

/** A value where none stands: at the end of the innermost section that there is. */
export function inserted(
  { text, document, path }: PlaceInText,
  value: unknown,
): string | undefined {
  const depth = depthOf(document, path)
  const held = path.slice(depth).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
  if (depth === 0) {
    const start = text === '' || text.endsWith('\n') ? text : `${text}\n`
    return start + asBlock(held, text)
  }
  const section: unknown = document.getIn(path.slice(0, depth), true)
  const key = keyAt(document, path.slice(0, depth))
  if (isMap(section) && section.flow !== true && section.items.length > 0) {
    const first = section.items[0]?.key
    return isNode(first) && first.range
      ? behind(text, lastOf(section), indented(asBlock(held, text), columnOf(text, first.range[0])))
      : undefined
  }
  if (!isScalar(section) || !key?.range) return undefined
  return behind(text, key, indented(asBlock(held, text), columnOf(text, key.range[0]) + 2))
}

/** Entries behind those of a list that has each on a line of its own. */
export function appended(
  { text, document, path }: PlaceInText,
  entries: readonly unknown[],
): string | undefined {
  const list: unknown = document.getIn(path, true)
  if (!isSeq(list) || list.flow === true || !list.range) return undefined
  return behind(text, lastOf(list), indented(asBlock(entries, text), columnOf(text, list.range[0])))
}

/** The lines of a setting, or of an entry of a list, taken out. */
export function takenOut({ text, document, path }: PlaceInText): string | undefined {
  const node: unknown = document.getIn(path, true)
  const key = keyAt(document, path) ?? node
  if (!isNode(node) || !isNode(key) || !key.range) return undefined
  const start = text.lastIndexOf('\n', key.range[0] - 1) + 1
  if (!/^ *(?:- +)?$/.test(text.slice(start, key.range[0]))) return undefined
  return text.slice(0, start) + text.slice(lineEnd(text, Math.max(endOf(node, text), key.range[1])))
}

/** How much of the path the document has as sections that something can be put into. */
function depthOf(document: Document, path: readonly (string | number)[]): number {
  for (let depth = path.length - 1; depth > 0; depth--) {
    const section: unknown = document.getIn(path.slice(0, depth), true)
    if (isNode(section)) return depth
  }
  return 0
}

function keyAt(document: Document, path: readonly (string | number)[]): Node | undefined {
  const holder: unknown =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(holder)) return undefined
  const pair = holder.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
  return isNode(pair?.key) ? pair.key : undefined
}

/** The last thing that is written of a node. */
function lastOf(node: Node): Node {
  if (!isCollection(node) || node.flow === true) return node
  const last = node.items.at(-1)
  const inner = isPair(last) ? (last.value ?? last.key) : last
  return isNode(inner) ? lastOf(inner) : node
}

const endOf = (node: Node, text: string) => lastOf(node).range?.[1] ?? text.length

const isBlockScalar = (node: unknown) =>
  isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')

/** Puts lines behind the line that a node ends on. */
function behind(text: string, node: Node, lines: string): string | undefined {
  if (!node.range) return undefined
  const end = lineEnd(text, node.range[1])
  const before = text.slice(0, end)
  return `${before}${before.endsWith('\n') ? '' : '\n'}${lines}${text.slice(end)}`
}

function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}

const columnOf = (text: string, offset: number) => offset - (text.lastIndexOf('\n', offset - 1) + 1)

const indented = (lines: string, by: number) => lines.replaceAll(/^(?=.)/gm, ' '.repeat(by))

/** On one line, spaced as what stood there. */
function asFlow(value: unknown, like: string): string {
  const document = quoted(value)
  visit(document, { Collection: (_key, each) => void (each.flow = true) })
  return written(document, like).trimEnd()
}

/** Lists of texts on one line, everything else as a file has it. */
function asBlock(value: unknown, like: string): string {
  const document = quoted(value)
  visit(document, {
    Seq: (_key, list) => void (list.flow = list.items.every((each) => isScalar(each))),
  })
  if (isSeq(document.contents)) document.contents.flow = false
  return written(document, like)
}

/** Texts of several lines are written on one, with escapes. */
function quoted(value: unknown): Document {
  const document = new Document(value)
  visit(document, {
    Scalar: (_key, each) => {
      if (typeof each.value === 'string' && /[\n\r]/.test(each.value)) each.type = 'QUOTE_DOUBLE'
    },
  })
  return document
}

function written(document: Document, like: string): string {
  return document.toString({
    lineWidth: 0,
    doubleQuotedMinMultiLineLength: Infinity,
    flowCollectionPadding: isPadded(like),
  })
}

/** Whether lists are written `[ a ]` in a text. */
export const isPadded = (text: string) => /[{[] +\S/.test(text)
