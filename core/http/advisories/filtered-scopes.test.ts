import { describe, expect, test } from 'vitest'

import { ENDPOINTS, pathsOf } from '#core/contract/endpoints.ts'
import { openApiDocument } from '#core/contract/openapi.ts'

import { exampleOf } from '../testing/fuzz/examples.ts'
import { furnish } from '../testing/fuzz/furnish.ts'
import { OpenHub } from '../testing/open-hub.ts'

/** None of them is what the requests below are about: those are about bob, dot, cyd, their servers, group den, service made. */
const ELSEWHERE = ['user=ada', 'server=ada/', 'group=lab-two', 'service=other']

const document = openApiDocument()
const guarded = ENDPOINTS.filter(({ scopes }) => scopes.some((scope) => scope !== 'operator'))
  .filter(({ media }) => media === undefined)
  .flatMap((endpoint) =>
    pathsOf(endpoint).map((path) => [`${endpoint.method} ${path}`, { ...endpoint, path }] as const),
  )

/** What is needed besides the operation's own scope, and what nobody may whatever he holds (JupyterHub's default too). */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  '/shares/:user/:server': ['read:users:name', 'read:groups:name'],
}
const NEVER: ReadonlySet<string> = new Set(['/users/:user/admin-access'])

/** Lists show what the scope reaches, and nothing more. */
const lists = guarded.filter(([, { lists: isList }]) => isList)
const others = guarded.filter(([, { lists: isList }]) => !isList)

const requestOf = (method: string, path: string, known: Parameters<typeof exampleOf>[3]) => {
  const shape = path.replaceAll(/:([a-z_]+)/g, '{$1}')
  const operation = document.paths[shape]?.[method.toLowerCase()]
  if (!operation) throw new Error(`${method} ${path} is not in the document`)
  return exampleOf(method, shape, operation, known)
}

/**
 * JupyterHub before 5.5.1 took `admin:users!group=x` for `admin:users` wherever no name stands in the path. Here every operation is asked
 * with each of its scopes, held for something else only.
 */
describe('GHSA-69wv-m5fw-2fhp: a scope that is held for something else', () => {
  test.each(others)('is no right to %s', async (_name, { method, path, scopes }) => {
    await using hub = await OpenHub.open()
    await hub.browserOf('bob')
    const known = await furnish(hub, { authorization: await hub.tokenOf('ada') })
    const { path: named, body } = requestOf(method, path, known)
    // A name in the query is not the name of what is asked about.
    const filled = `${named}${named.includes('?') ? '&' : '?'}user=dot&server=&group=lab-two&service=other`
    const ask = async (held: readonly string[]) =>
      (
        await hub.ask(`/hub/api${filled}`, {
          method,
          headers: { authorization: await hub.tokenOf('ada', held) },
          ...(body !== undefined && { body }),
        })
      ).status

    for (const scope of scopes.filter((each) => each !== 'operator'))
      for (const filter of ELSEWHERE)
        expect([403, 404], `${scope}!${filter}`).toContain(await ask([`${scope}!${filter}`]))
    const whole = [...scopes.filter((each) => each !== 'operator'), ...(ALSO[path] ?? [])]
    expect(NEVER.has(path) || (await ask(whole)) !== 403, 'with the whole scope').toBe(true)
  })

  test.each(lists)('shows nothing of others in %s', async (_name, { method, path, scopes }) => {
    await using hub = await OpenHub.open()
    const known = await furnish(hub, { authorization: await hub.tokenOf('ada') })
    const { path: filled } = requestOf(method, path, known)

    for (const scope of scopes)
      for (const filter of ['user=nobody', 'server=bob/work', 'group=nowhere', 'service=other']) {
        const authorization = await hub.tokenOf('ada', [`${scope}!${filter}`])
        const { status, text } = await hub.ask(`/hub/api${filled}`, { headers: { authorization } })
        expect([200, 403], `${scope}!${filter}`).toContain(status)
        expect(text, `${scope}!${filter}`).not.toMatch(/bob|cyd|lab|den|made/)
      }
  })
})
