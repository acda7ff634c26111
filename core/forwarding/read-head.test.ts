import { expect, test } from 'vitest'

import { ReadHead } from './read-head.ts'

const peer = { address: '192.0.2.1', secure: false, trusted: false, localPort: 80 }
const passed = (...headers: readonly string[]) =>
  new ReadHead({ method: 'GET', target: '/', headers, peer, version: '1.1' }).passed

test('cookies that come in several lines go on in one, where the first was', () => {
  expect(
    passed('Host', 'x', 'cookie', 'a=1', 'Accept', '*/*', 'Cookie', 'b=2', 'COOKIE', 'c=3; d=4'),
  ).toEqual(['Host', 'x', 'cookie', 'a=1; b=2; c=3; d=4', 'Accept', '*/*'])
  expect(passed('Host', 'x', 'Cookie', 'a=1')).toEqual(['Host', 'x', 'Cookie', 'a=1'])
})
