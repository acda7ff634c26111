import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { DROPPED } from '../core/forwarding/policy/dropped-headers.ts'
import { compilePolicy } from '../core/forwarding/policy/compile-policy.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../docs/reference/proxy-policy.md'), 'utf8')

/** The headers that stand in the first column of the table below a heading. */
function headersBelow(heading: string): readonly string[] {
  const section = PAGE.split(`### ${heading}\n`)[1]?.split('\n#')[0] ?? ''
  const cells = section.split('\n').flatMap((line) => /^\| (`[^|]*) \|/.exec(line)?.[1] ?? [])
  return cells.flatMap((cell) =>
    [...cell.matchAll(/`([A-Z][\w-]*)`/g)].map(([, name = '']) => name),
  )
}

function isPassedOn(name: string): boolean {
  const policy = compilePolicy({ cookie: 'jupyterhub-user-ada' }, ['user', 'ada'])
  const peer = { address: '127.0.0.1', secure: false, trusted: false, localPort: 8000 }
  const head = { method: 'GET', target: '/user/ada/x', headers: [], peer, version: '1.1' } as const
  const value = name === 'Service-Worker-Allowed' ? '/' : 'a=b; Path=/'
  return policy.filterResponse([name, value], head).includes(name)
}

test('docs/reference/proxy-policy.md says of each header what becomes of it', () => {
  const [gone, left] = [headersBelow('Taken out'), headersBelow('Left alone')]
  expect(gone.length).toBeGreaterThan(30)
  expect(left.length).toBeGreaterThan(20)

  const attributes = ['Path', 'Domain']
  expect(gone.filter((name) => isPassedOn(name) && !attributes.includes(name))).toEqual([])
  const named = new Set(gone.map((name) => name.toLowerCase()))
  expect([...DROPPED].filter((name) => !named.has(name))).toEqual([])
  expect(left.filter((name) => !isPassedOn(name))).toEqual([])
})
