import { parseDocument } from 'yaml'
import * as z from 'zod'

import { ConfigError } from './config-error.ts'
import { unwrap } from './settings-list.ts'

/**
 * What was typed on a command line, as it is to stand in the file: text stays text where text belongs; lists and groups of settings
 * may be written as in the file (`[a, b]`, `{ a: 1 }`), a list of texts also as several words. Whether it is allowed is not looked at.
 * @throws ConfigError for several words where one value belongs
 */
export function readValue(words: readonly string[], schema: z.ZodType, name: string): unknown {
  const { type } = unwrap(schema)
  const [word = ''] = words
  if (type instanceof z.ZodArray) {
    if (words.length === 1 && word.trimStart().startsWith('[')) return readYaml(word, name)
    const { element } = type
    return words.map((each) =>
      element instanceof z.ZodType ? readValue([each], element, name) : each,
    )
  }
  if (words.length !== 1)
    throw new ConfigError(`${name} takes one value; put one with spaces in quotes`)
  return readOne(word, type, name)
}

function readOne(word: string, type: z.ZodType, name: string): unknown {
  if (type instanceof z.ZodString || type instanceof z.ZodEnum || type instanceof z.ZodURL)
    return word
  if (type instanceof z.ZodBoolean) return BOOLEANS[word.toLowerCase()] ?? word
  if (type instanceof z.ZodNumber) return numberOr(word)
  // Lengths of time: 0 is the one that is written without its unit.
  if (type instanceof z.ZodUnion && !(type instanceof z.ZodDiscriminatedUnion)) {
    if (/^\s*[{[]/.test(word)) return readYaml(word, name)
    return word === '0' ? 0 : word
  }
  return readYaml(word, name)
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  false: false,
  no: false,
  off: false,
}

function numberOr(word: string): number | string {
  return /^-?\d+(?:\.\d+)?$/.test(word) ? Number(word) : word
}

function readYaml(word: string, name: string): unknown {
  const document = parseDocument(word, { prettyErrors: false })
  const [error] = document.errors
  if (error) throw new ConfigError(`the value for ${name} cannot be read: ${error.message}`)
  const value: unknown = document.toJS()
  return value
}
