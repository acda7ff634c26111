import { expect, test } from 'vitest'

import { DEFAULT_CROWD } from '#core/forwarding/gatekeeper.ts'

import { TellingGatekeeper } from './telling-gatekeeper.ts'

test('whoever meets a limit is told of once a minute, with what may help', () => {
  let now = 0
  const lines: string[] = []
  const gate = new TellingGatekeeper(
    {
      limits: { ...DEFAULT_CROWD, connectionsPerAddress: 1 },
      isTrusted: () => false,
      isHub: () => false,
      now: () => now,
    },
    (line) => lines.push(line),
  )
  const peer = { address: '10.1.2.3', secure: false, trusted: false, localPort: 80 }

  expect(gate.connected(peer)).toBeUndefined()
  expect(lines).toEqual([])
  expect(gate.connected(peer)).toMatchObject({ status: 429 })
  expect(gate.connected(peer)).toMatchObject({ status: 429 })
  expect(lines).toEqual([expect.stringMatching(/^10\.1\.2\.3 is refused \(429\).*--trusted-proxy/)])
  now = 61_000
  gate.connected(peer)
  expect(lines).toHaveLength(2)
})
