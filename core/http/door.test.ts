import type { IncomingMessage } from 'node:http'

import { describe, expect, test } from 'vitest'

import { clientAddress, comeIn } from './door.ts'

const from = (forwarded: string) =>
  ({ headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage

describe('the address of a client', () => {
  test('is what our proxy saw, whatever stands before it', () => {
    const request = from('198.51.100.7, 203.0.113.5')
    comeIn(request, 'front')
    expect(clientAddress(request)).toBe('203.0.113.5')
  })

  test('is what a proxy before ours tells, where that is trusted', () => {
    const request = from('198.51.100.7, 203.0.113.5, 10.0.0.1')
    comeIn(request, 'front', (address) => address.startsWith('10.'))
    expect(clientAddress(request)).toBe('203.0.113.5')
  })

  test('is nothing at other doors', () => {
    const request = from('203.0.113.5')
    comeIn(request, 'servers', () => true)
    expect(clientAddress(request)).toBe('')
  })
})
