import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import {
  effectsOf,
  type FormField,
  optionsOfFields,
  readOptions,
  type UserOptions,
} from './spawn-form.ts'

const about = { label: 'L', help: '' }
const choices = ['small', 'large'].map((value) => ({ value, label: value }))
const form: readonly FormField[] = [
  { ...about, name: 'size', type: 'choice', choices, environment: 'SIZE' },
  { ...about, name: 'cores', type: 'number', min: 1, max: 8, environment: 'CORES' },
  { ...about, name: 'tools', type: 'multi', choices, default: [], environment: 'TOOLS' },
  { ...about, name: 'gpu', type: 'boolean', default: true, environment: 'GPU' },
  { ...about, name: 'where', type: 'text', default: '', longest: 20, setting: 'default_url' },
]
const defaults = { size: 'small', cores: 1, tools: [], gpu: true, where: '' }

/** The names of the options, or why there are none. */
function outcomeOf(given: UserOptions): string {
  try {
    return Object.keys(readOptions(form, given, {})).join(',')
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

describe('the options of a start', () => {
  test('that says nothing are the defaults, or what the server had before where that still holds', () => {
    expect(readOptions(form, undefined, {})).toEqual(defaults)
    expect(readOptions(form, undefined, { size: 'large', cores: 99, old: 1 })).toEqual({
      ...defaults,
      size: 'large',
    })
  })

  test.each([
    [{ size: 'huge' }, 'user_options.size: must be one of small, large'],
    [{ cores: '4' }, 'user_options.cores: must be a number'],
    [{ cores: 9 }, 'user_options.cores: must be at most 8'],
    [{ cores: NaN }, 'user_options.cores'],
    [{ tools: 'small' }, 'user_options.tools'],
    [{ tools: ['small', 'small'] }, 'user_options.tools'],
    [{ gpu: 'yes' }, 'user_options.gpu: must be true or false'],
    [{ where: 'x'.repeat(21) }, 'user_options.where'],
    [{ where: '/a\u0000b' }, 'user_options.where'],
    [{ where: 'lab' }, 'user_options.where: must begin with a slash'],
    [{ image: 'evil' }, 'user_options.image: is no field of the form'],
    [{ __proto__x: 1 }, 'user_options.__proto__x'],
  ])('%j are refused, with the field', (given, message) => {
    expect(() => readOptions(form, given, {})).toThrow(message)
  })

  test('are taken as they are where no form is declared, within bounds', () => {
    expect(readOptions([], { image: 'x', deep: [{ a: 1 }] }, {})).toEqual({
      image: 'x',
      deep: [{ a: 1 }],
    })
    expect(readOptions([], undefined, { image: 'x' })).toEqual({ image: 'x' })
    const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
    expect(() => readOptions([], { deep }, {})).toThrow('deep')
    expect(() => readOptions([], { long: 'x'.repeat(70_000) }, {})).toThrow('64 KiB')
  })

  test('reach the environment and the settings as the form says', () => {
    const options = readOptions(form, { tools: ['large', 'small'], gpu: false, where: '/tree' }, {})

    expect(effectsOf(form, options)).toEqual({
      environment: { SIZE: 'small', CORES: '1', TOOLS: 'large,small', GPU: 'false' },
      defaultUrl: '/tree',
    })
  })

  test('that a changed form does not allow any more have no effect', () => {
    expect(effectsOf(form, { size: 'huge', cores: 99 }).environment).toEqual({})
  })

  test('whatever is given is refused in words, or fits the form', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(defaults)), fc.jsonValue()),
        (given) => {
          expect(outcomeOf(given)).toMatch(/^user_options\.|^size,cores,tools,gpu,where$/)
        },
      ),
    )
  })
})

describe('what a page’s form posts', () => {
  const read = (query: string, complete = true) => {
    const params = new URLSearchParams(query)
    const fields = new Map([...params.keys()].map((key) => [key, params.getAll(key)]))
    return optionsOfFields(form, fields, { complete })
  }

  test('becomes what the fields are: a box that is not ticked is no, an empty number is none', () => {
    expect(
      readOptions(form, read('size=large&cores=4&tools=small&tools=large&gpu=on'), {}),
    ).toEqual({
      ...defaults,
      size: 'large',
      cores: 4,
      tools: ['small', 'large'],
    })
    expect(readOptions(form, read('size=large&cores='), {})).toMatchObject({ gpu: false, cores: 1 })
  })

  test('a link says only what stands in it', () => {
    expect(readOptions(form, read('size=large', false), {})).toEqual({ ...defaults, size: 'large' })
  })

  test('what is no number, or no field, is told', () => {
    expect(() => readOptions(form, read('cores=many'), {})).toThrow('cores: must be a number')
    expect(() => readOptions(form, read('image=x'), {})).toThrow('image')
  })
})
