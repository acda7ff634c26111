import { isDeepStrictEqual } from 'node:util'

import * as z from 'zod'

import { foldName } from '#core/base/folded-name.ts'

import { ConfigError } from './config-error.ts'
import { append, at, type EditedText, put, takeOut } from './edit-text.ts'
import { readText } from './read-text.ts'
import { findSetting, nameOf } from './setting-path.ts'
import { readValue } from './setting-value.ts'
import { unwrap } from './settings-list.ts'

/**
 * A change of a configuration file's text. Comments stay. Whether the result can be used is for others to check.
 * @throws ConfigError for what cannot be done
 */
export type Edit = (edited: EditedText) => string

const NOTHING = 'nothing was changed'

/** Gives a setting a value. */
export function setting(name: string, words: readonly string[]): Edit {
  return (edited) => {
    const { path, schema } = findSetting(name, rawOf(edited))
    return put(edited, path, readValue(words, schema, name))
  }
}

/** Takes a setting out, so that its default counts; also what is no setting, so that a slip can be mended. */
export function unsetting(name: string): Edit {
  return (edited) => {
    const path = pathInFile(name, rawOf(edited))
    if (at(rawOf(edited), path) === undefined)
      throw new ConfigError(`${name} is not set in ${edited.file}; ${NOTHING}`)
    return takeOut(edited, path)
  }
}

/** Adds entries to a list, or names to a group of things by name (`NAME`, or `NAME=VALUE`). */
export function adding(name: string, words: readonly string[]): Edit {
  return (edited) => {
    const raw = rawOf(edited)
    const { path, schema } = findSetting(name, raw)
    const { type, default: usual } = unwrap(schema)
    if (type instanceof z.ZodRecord && type.valueType instanceof z.ZodType) {
      const value = type.valueType
      return words.reduce(
        (text, word) => addName({ ...edited, text }, name, word, value),
        edited.text,
      )
    }
    const element = elementOf(type)
    if (!element)
      throw new ConfigError(
        `${name} is no list. To give it a value: bulkhead config set ${name} VALUE`,
      )
    const held = at(raw, path) ?? usual
    const before: readonly unknown[] = Array.isArray(held) ? held : []
    const added = words.map((word) => readValue([word], element, name))
    const twice = added.find((entry) => before.some((each) => isTwice(each, entry, element)))
    if (twice !== undefined)
      throw new ConfigError(`${spelt(twice)} is in ${name} already; ${NOTHING}`)
    return append(edited, path, { before, added })
  }
}

/** Takes entries out of a list, by what they are or by their `name`; or names out of a group of things by name. */
export function removing(name: string, words: readonly string[]): Edit {
  return (edited) =>
    words.reduce((text, word) => removeOne({ ...edited, text }, name, word), edited.text)
}

function removeOne(edited: EditedText, name: string, word: string): string {
  const raw = rawOf(edited)
  const { path, schema } = findSetting(name, raw)
  const { type, default: usual } = unwrap(schema)
  const held = at(raw, path) ?? usual
  const element = elementOf(type)
  if (!element && !(type instanceof z.ZodRecord))
    throw new ConfigError(
      `${name} is no list. To have its default again: bulkhead config unset ${name}`,
    )
  const entries = Object.entries(Object(held))
  const found = entries.findIndex(([key, entry]) =>
    element ? isOne(entry, word, element) : folded(key) === folded(word),
  )
  const [key] = entries[found] ?? []
  if (key === undefined) throw new ConfigError(`${word} is not in ${name}; ${NOTHING}`)
  if (at(raw, path) === undefined)
    return put(edited, path, Array.isArray(held) ? held.toSpliced(found, 1) : {})
  return takeOut(edited, [...path, element ? found : key])
}

function addName(edited: EditedText, name: string, word: string, value: z.ZodType): string {
  const { path } = findSetting(name, rawOf(edited))
  const holdsText = unwrap(value).type instanceof z.ZodString
  const equals = holdsText ? word.indexOf('=') : -1
  if (holdsText && equals < 1)
    throw new ConfigError(`${word} has no value; write ${name} NAME=VALUE`)
  const key = holdsText ? word.slice(0, equals) : word
  const held = Object.keys(Object(at(rawOf(edited), path)))
  if (held.some((each) => folded(each) === folded(key)))
    throw new ConfigError(`${key} is in ${name} already; ${NOTHING}`)
  return put(edited, [...path, key], holdsText ? word.slice(equals + 1) : {})
}

function elementOf(type: z.ZodType): z.ZodType | undefined {
  return type instanceof z.ZodArray && type.element instanceof z.ZodType ? type.element : undefined
}

/** Names, scopes and things with a name stand in a list once; words of a command line can come again. */
function isTwice(one: unknown, other: unknown, element: z.ZodType): boolean {
  const named = nameOf(one) !== undefined || unwrap(element).facts.shape !== undefined
  return named && isOne(one, other, element)
}

/** Whether two entries of a list are one: people and groups in any spelling, things with a name by it. */
function isOne(one: unknown, other: unknown, element: z.ZodType): boolean {
  const [left, right] = [nameOf(one) ?? one, nameOf(other) ?? other]
  if (unwrap(element).facts.shape === 'name') return folded(String(left)) === folded(String(right))
  return isDeepStrictEqual(left, right) || String(left) === right
}

const spelt = (entry: unknown) => {
  const name = nameOf(entry) ?? entry
  return typeof name === 'string' ? name : JSON.stringify(name)
}

function folded(text: string): string {
  const read = foldName(text)
  return 'name' in read ? read.name : text
}

function pathInFile(name: string, raw: unknown): readonly (string | number)[] {
  const plain = name.split('.')
  try {
    return findSetting(name, raw).path
  } catch (error) {
    if (error instanceof ConfigError && at(raw, plain) !== undefined) return plain
    throw error
  }
}

const rawOf = ({ text, file }: EditedText) => readText(text, file).raw
