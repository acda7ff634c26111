import { expect, test } from 'vitest'

import { readPageData } from './page-data.ts'

test('sound data is read as it is', () => {
  const data = { page: 'signed-out', viewer: null, xsrf: 'x', version: '1', announcement: null }

  expect(readPageData(JSON.stringify(data))).toEqual(data)
})

test.each([[null], ['{'], ['{"page":"nonsense"}']])(
  'damaged data (%s) gives a page that says so',
  (text) => {
    expect(readPageData(text)).toMatchObject({ page: 'error', status: 500 })
  },
)
