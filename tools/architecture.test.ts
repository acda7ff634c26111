import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, normalize, relative } from 'node:path'

import { describe, expect, test } from 'vitest'

import { type Layer, layers } from './layers.ts'

const ROOT = join(import.meta.dirname, '..')
const IMPORT =
  /^(?:import|export)\s[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm

interface Import {
  readonly file: string
  /** A path below the root for our own, the package's name for others. */
  readonly target: string
  readonly own: boolean
}

const files = globSync('{core,adapters,apps}/**/*.{ts,tsx}', {
  cwd: ROOT,
  exclude: ['**/node_modules/**', '**/dist/**'],
})
const imports = files.flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)].flatMap(([, a, b, c]) =>
    resolved(file, a ?? b ?? c ?? ''),
  ),
)

function resolved(file: string, specifier: string): readonly Import[] {
  if (specifier.startsWith('.'))
    return [{ file, target: normalize(join(dirname(file), specifier)), own: true }]
  if (specifier.startsWith('#')) return [{ file, target: specifier.slice(1), own: true }]
  if (isBuiltin(specifier)) return []
  return [
    {
      file,
      target: specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
      own: false,
    },
  ]
}

const isIn = (path: string, folder: string) => path.startsWith(`${folder}/`)

function layerOf(path: string): readonly [string, Layer] {
  const [found] = Object.entries(layers)
    .filter(([folder]) => isIn(path, folder))
    .toSorted(([a], [b]) => b.length - a.length)
  if (!found) throw new Error(`${path} is in no layer: give its folder one in tools/layers.ts`)
  // Each adapter is a folder of its own within the layer.
  return found[0] === 'adapters' ? [path.split('/').slice(0, 2).join('/'), found[1]] : found
}

/** Tests may use what their tools are, and the fakes and suites that are there for them. */
const isTest = (file: string) => /\.test\.tsx?$|\/testing\//.test(file)

describe.each(Object.keys(layers))('%s', (folder) => {
  const { may, packages, why } = layers[folder] ?? { may: [], why: '' }
  const own = imports.filter(({ file }) => layerOf(file)[1] === layers[folder])

  test('imports only what its layer may', () => {
    const broken = own.filter(
      ({ file, target, own: ours }) =>
        ours && !isIn(target, layerOf(file)[0]) && !may.some((other) => isIn(target, other)),
    )

    expect(broken, why).toEqual([])
  })

  test('uses only the packages that its layer may', () => {
    const allowed = packages && [...packages, 'vitest', 'fast-check']
    const broken = own.filter(
      ({ file, target, own: ours }) =>
        !ours && allowed && !(isTest(file) ? allowed : packages).includes(target),
    )

    expect(broken, why).toEqual([])
  })
})

test('what ships does not import what is there for tests', () => {
  const broken = imports.filter(
    ({ file, target }) =>
      !isTest(file) && /\/testing\//.test(target) && !file.endsWith('-contract.ts'),
  )

  expect(broken).toEqual([])
})

test('no files import each other in a ring', () => {
  const next = new Map<string, readonly string[]>()
  for (const file of files)
    next.set(
      file,
      imports.filter((each) => each.file === file && each.own).map(({ target }) => target),
    )
  const done = new Set<string>()
  const ring = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const other of next.get(file) ?? []) {
      const found = ring(other, [...way, file])
      if (found) return found
    }
    done.add(file)
    return undefined
  }

  expect(files.map((file) => ring(file, [])).find((found) => found !== undefined)).toBeUndefined()
})

test('the environment is read in core/config and where processes begin, and nowhere else', () => {
  const begin = /^apps\/[a-z]+\/(?:main|wire|vite\.config)\.ts$|^core\/config\//
  const readers = files.filter(
    (file) =>
      !isTest(file) &&
      !begin.test(file) &&
      readFileSync(join(ROOT, file), 'utf8').includes('process.env'),
  )

  expect(readers.map((file) => relative('.', file))).toEqual([])
})
