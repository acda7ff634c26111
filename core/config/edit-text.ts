import { isDeepStrictEqual } from 'node:util'

import { type Document, isAlias, isCollection, isMap, isScalar, isSeq } from 'yaml'

import { ConfigError } from './config-error.ts'
import { appended, inserted, isPadded, type PlaceInText, replaced, takenOut } from './edit-lines.ts'
import { readText } from './read-text.ts'

type Path = readonly (string | number)[]

/** A text that is changed, and what messages call it. */
export interface EditedText {
  readonly text: string
  readonly file: string
}

/** Puts a value where the path leads. */
export function put({ text, file }: EditedText, path: Path, value: unknown): string {
  if (isDeepStrictEqual(at(readText(text, file).raw, path), value)) return text
  const document = documentFor({ text, file }, path)
  const place = placeIn({ text, file }, path)
  makeSections(document, path)
  document.setIn(path, document.createNode(value))
  return best({ text, file }, document, [replaced(place, value), inserted(place, value)])
}

/** Adds entries to the list that the path leads to, behind those that are there. */
export function append(
  { text, file }: EditedText,
  path: Path,
  { before, added }: { readonly before: readonly unknown[]; readonly added: readonly unknown[] },
): string {
  const document = documentFor({ text, file }, path)
  const list: unknown = document.getIn(path, true)
  if (!isSeq(list) || list.flow === true) return put({ text, file }, path, [...before, ...added])
  for (const entry of added) list.add(document.createNode(entry))
  return best({ text, file }, document, [appended(placeIn({ text, file }, path), added)])
}

/** Takes out what the path leads to; sections that would hold nothing any more go along, unless a comment stands in them. */
export function takeOut({ text, file }: EditedText, path: Path): string {
  const alone = aloneIn(documentFor({ text, file }, path), path)
  for (const wider of alone.toReversed()) {
    const lines = takenOut(placeIn({ text, file }, wider))
    if (lines !== undefined && countOf(lines) >= countOf(text))
      return takeOutOne({ text, file }, wider)
  }
  return takeOutOne({ text, file }, path)
}

function takeOutOne({ text, file }: EditedText, path: Path): string {
  const document = documentFor({ text, file }, path)
  document.deleteIn(path)
  const holder = path.slice(0, -1)
  const left: unknown = document.getIn(holder, true)
  const emptied = isCollection(left) && left.items.length === 0
  // What holds nothing any more cannot be written as lines.
  const instead = emptied && holder.length > 0 ? (isSeq(left) ? [] : {}) : undefined
  return best({ text, file }, document, [
    takenOut(placeIn({ text, file }, path)),
    isFlow({ text, file }, holder)
      ? replaced(
          placeIn({ text, file }, holder),
          left && isCollection(left) ? left.toJS(document) : undefined,
        )
      : undefined,
    instead && replaced(placeIn({ text, file }, holder), instead),
  ])
}

/** What stands in the file at a path, lists by number. */
export function at(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (held, key) =>
      typeof held === 'object' && held !== null && Object.hasOwn(held, key)
        ? Reflect.get(held, key)
        : undefined,
    raw,
  )
}

const countOf = (text: string) => text.split('#').length

function isFlow(edited: EditedText, path: Path): boolean {
  const node: unknown = readText(edited.text, edited.file).document.getIn(path, true)
  return isCollection(node) && node.flow === true
}

/** The sections around a path that hold nothing else, the nearest first. */
function aloneIn(document: Document, path: Path): readonly Path[] {
  const found: Path[] = []
  for (let length = path.length - 1; length > 0; length--) {
    const section: unknown = document.getIn(path.slice(0, length), true)
    if (!isMap(section) || section.items.length > 1) break
    found.push(path.slice(0, length))
  }
  return found
}

/** A section that was begun and left empty (`spawner:`) holds nothing that could be added to. */
function makeSections(document: Document, path: Path): void {
  for (let length = 1; length < path.length; length++) {
    const section: unknown = document.getIn(path.slice(0, length), true)
    if (isScalar(section) && section.value === null)
      document.setIn(path.slice(0, length), document.createNode({}))
  }
}

/** A document to be changed. @throws ConfigError where a change would take hold in several places */
function documentFor({ text, file }: EditedText, path: Path): Document {
  const { document } = readText(text, file)
  for (let length = 1; length <= path.length; length++) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    const shared = isAlias(node) || ((isScalar(node) || isCollection(node)) && node.anchor)
    if (shared)
      throw new ConfigError(
        `${path.slice(0, length).join('.')} uses an anchor or an alias of YAML: change it in an editor`,
      )
  }
  return document
}

function placeIn({ text, file }: EditedText, path: Path): PlaceInText {
  return { text, document: readText(text, file).document, path }
}

/**
 * The first text that says what the changed document says: those in which nothing else was touched, then the document as it is
 * written anew, comments included but perhaps at other places.
 */
function best(
  { text, file }: EditedText,
  document: Document,
  texts: readonly (string | undefined)[],
): string {
  const anew = document.toString({ lineWidth: 0, flowCollectionPadding: isPadded(text) })
  const wanted: unknown = document.toJS()
  const found = [...texts, anew].find((each) => each !== undefined && says(each, file, wanted))
  if (found !== undefined) return found
  throw new ConfigError(
    `${file} is written in a way that only an editor can change; nothing was changed`,
  )
}

function says(text: string, file: string, wanted: unknown): boolean {
  try {
    return isDeepStrictEqual(said(readText(text, file).raw), said(wanted))
  } catch (error) {
    if (error instanceof ConfigError) return false
    throw error
  }
}

/** Empty sections say nothing. */
function said(raw: unknown): unknown {
  const isEmpty = (value: unknown) =>
    value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  return Object.fromEntries(Object.entries(Object(raw)).filter(([, value]) => !isEmpty(value)))
}
