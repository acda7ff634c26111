import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { NODE_FLAGS } from './child.ts'

const read = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8')

// Code that was compiled under other flags is compiled anew at each start, with twice the memory.
test('what is compiled beforehand is compiled under the flags that it is started with', () => {
  const { hub, proxy } = NODE_FLAGS

  expect(read('tools/set-up/set-up.sh')).toContain(`'hub ${hub.join(' ')}'`)
  expect(read('tools/set-up/set-up.sh')).toContain(`'proxy ${proxy.join(' ')}'`)
  expect(read('bulkhead-proxy')).toContain(`"$node" ${proxy.join(' ')} `)
})
