import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { Routes } from '#core/forwarding/routes.ts'

import { openLog } from './log.ts'
import { addRoute, RoutesFile } from './routes-file.ts'

let folder: string
let file: string
let lines: string[]
const all: RoutesFile[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-routes-'))
  file = join(folder, 'routes.json')
  lines = []
})
afterEach(async () => {
  for (const kept of all.splice(0)) await kept.close()
  rmSync(folder, { recursive: true })
})

async function opened(): Promise<{ routes: Routes; kept: RoutesFile }> {
  const routes = new Routes(undefined, new Date())
  const kept = new RoutesFile(
    routes,
    file,
    openLog('debug', (line) => lines.push(line)),
  )
  all.push(kept)
  await kept.restore()
  return { routes, kept }
}

const shown = (routes: Routes) =>
  Object.fromEntries([...routes.all].map(({ prefix, data }) => [prefix, data]))
const bodyOf = (port: number) => ({ target: `http://127.0.0.1:${port}`, user: `u${port}` })

describe('the routes in their file', () => {
  test('come back as they were, whatever was done before', async () => {
    const change = fc.record({
      prefix: fc.constantFrom('/user/a', '/user/b/', '/user/é x', '/', '/user/__proto__'),
      port: fc.option(fc.integer({ min: 1, max: 65_535 })),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
        rmSync(file, { force: true })
        const { routes, kept } = await opened()
        await Promise.all(
          changes.map(({ prefix, port }) => {
            if (port === null) routes.delete(prefix)
            else addRoute(routes, prefix, bodyOf(port))
            return kept.keep(prefix)
          }),
        )
        expect(shown((await opened()).routes)).toEqual(shown(routes))
      }),
      { numRuns: 40 },
    )
    expect(lines).toEqual([])
  })

  test('come back with what their servers may say', async () => {
    const { routes, kept } = await opened()
    const policy = { cookie: 'jupyterhub-user-ada', own_host: true, hsts: 60 }
    addRoute(routes, '/user/ada', { ...bodyOf(1), policy })
    addRoute(routes, '/user/bob', bodyOf(2))
    await kept.keep('/user/ada')
    await kept.keep('/user/bob')

    const after = (await opened()).routes
    expect(shown(after)).toEqual(shown(routes))
    const peer = { address: '127.0.0.1', secure: false, trusted: false, localPort: 1 }
    const head = { method: 'GET', target: '/user/ada/', headers: [], peer, version: '1.1' } as const
    expect(
      after.get('/user/ada')?.policy?.filterResponse(['Clear-Site-Data', '"*"'], head),
    ).toEqual(['X-Content-Type-Options', 'nosniff', 'Strict-Transport-Security', 'max-age=60'])
    expect(after.get('/user/bob')?.policy).toBeUndefined()
  })

  test('are there as soon as the change is answered, and half a line is none', async () => {
    const { routes, kept } = await opened()
    addRoute(routes, '/user/ada', bodyOf(1))
    await kept.keep('/user/ada')
    writeFileSync(file, `${readFileSync(file, 'utf8')}["/user/bob",{"target":"http://127`)

    const after = await opened()
    expect(shown(after.routes)).toEqual({ '/user/ada': bodyOf(1) })
    addRoute(after.routes, '/user/eve', bodyOf(2))
    await after.kept.keep('/user/eve')
    expect(shown((await opened()).routes)).toEqual({
      '/user/ada': bodyOf(1),
      '/user/eve': bodyOf(2),
    })
    expect(lines).toEqual([])
  })

  test('are written line by line, and all of them anew only when that makes the file shorter', async () => {
    const { routes, kept } = await opened()
    let most = 0
    for (let i = 0; i < 5000; i++) {
      addRoute(routes, `/user/u${i % 10}`, bodyOf(i + 1))
      await kept.keep(`/user/u${i % 10}`)
      if (i % 100 === 0) most = Math.max(most, readFileSync(file, 'utf8').split('\n').length)
    }
    expect(most).toBeGreaterThan(800)
    expect(most).toBeLessThan(1030)
    expect(shown((await opened()).routes)).toEqual(shown(routes))
  })

  test('that cannot be read are told, and the others are there', async () => {
    writeFileSync(file, '["/user/ada",{"target":"http://127.0.0.1:1"}]\n["/x",{}]\nnonsense\n')
    const { routes } = await opened()
    expect(Object.keys(shown(routes))).toEqual(['/user/ada'])
    expect(lines.join()).toContain('2 line(s) cannot be read')
  })

  test('are in force on a full disk, of which the log speaks once, and kept when there is room', async () => {
    writeFileSync(file, '["/user/old",{"target":"http://127.0.0.1:1"}]\n')
    symlinkSync('/dev/full', `${file}.new`)
    const full = await opened()
    for (const name of ['/user/ada', '/user/bob']) {
      addRoute(full.routes, name, bodyOf(1))
      await full.kept.keep(name)
    }
    expect(full.routes.get('/user/bob')).toBeDefined()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/routes cannot be kept in .*ENOSPC/)

    rmSync(`${file}.new`)
    addRoute(full.routes, '/user/eve', bodyOf(2))
    await full.kept.keep('/user/eve')
    await vi.waitFor(() => expect(lines.at(-1)).toMatch(/are kept in .* again/), 10_000)
    addRoute(full.routes, '/user/mia', bodyOf(3))
    await full.kept.keep('/user/mia')
    expect(Object.keys(shown((await opened()).routes))).toEqual([
      '/user/old',
      '/user/ada',
      '/user/bob',
      '/user/eve',
      '/user/mia',
    ])
  })
})
