import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { pin, readOutsideUrl } from './outside-url.ts'

const names: Record<string, readonly string[]> = {
  'service.example': ['93.184.216.34'],
  'inside.example': ['10.1.2.3'],
  'both.example': ['93.184.216.34', '127.0.0.1'],
  'cloud.example': ['169.254.169.254'],
  localhost: ['127.0.0.1', '::1'],
}
const resolver = { resolve: async (host: string) => names[host] ?? [] }
const pinned = (url: string, allowed: readonly string[] = []) => pin(url, { resolver, allowed })

describe('an address that the API gave', () => {
  test.each([
    'http+unix://%2Frun%2Fbulkhead%2Fproxy%2Fapi.sock/',
    'unix:///run/x.sock',
    'file:///etc/passwd',
    'ftp://service.example/',
    'javascript:alert(1)',
    'http://',
    '/services/x',
    'http://user:word@service.example/',
    'http://service.example/ x',
    'http:\\\\service.example\\',
    '',
    `http://service.example/${'x'.repeat(3000)}`,
  ])('is refused as %s', (url) => {
    expect(() => readOutsideUrl(url)).toThrow(/url/)
  })

  test.each([
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://127.1:8081/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://localhost:8081/hub/api',
    'http://LOCALHOST/',
    'http://127。0。0。1/',
    'http://①②⑦.0.0.1/',
    'http://10.1.2.3/',
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/',
    'http://0.0.0.0/',
    'http://0/',
    'http://inside.example/',
    'http://both.example/',
    'http://cloud.example/',
    'http://unknown.example/',
  ])('%s leads to nowhere that it may', async (url) => {
    await expect(pinned(url)).rejects.toMatchObject({ code: 'invalid' })
  })

  test('a zone makes it no address', () => {
    expect(() => readOutsideUrl('http://[fe80::1%25eth0]/')).toThrow(/url/)
  })

  test('is connected to under the address that was looked at', async () => {
    expect(await pinned('https://service.example:8443/x')).toEqual({
      url: 'https://service.example:8443/x',
      address: '93.184.216.34',
    })
  })

  test('may lead into a private network, or here, where that is listed; into the surroundings never', async () => {
    const allowed = ['10.1.0.0/16', '127.0.0.1', '::1', '169.254.0.0/16', '0.0.0.0/0']
    expect(await pinned('http://inside.example/', ['10.1.0.0/16'])).toMatchObject({
      address: '10.1.2.3',
    })
    expect(await pinned('http://localhost/', allowed)).toMatchObject({ address: '127.0.0.1' })
    await expect(pinned('http://inside.example/', ['10.2.0.0/16'])).rejects.toThrow(/api_urls/)
    await expect(pinned('http://cloud.example/', allowed)).rejects.toThrow(/never/)
    await expect(pinned('http://0.0.0.0/', allowed)).rejects.toThrow(/never/)
  })

  test('every spelling of an address of this machine is refused', async () => {
    const spelling = fc
      .tuple(fc.integer({ min: 0, max: 0xff_ff_ff }), fc.constantFrom(0, 1, 2, 3, 4, 5))
      .map(([low, form]) => {
        const value = 0x7f_00_00_00 + low
        const bytes = [127, (low >> 16) & 255, (low >> 8) & 255, low & 255]
        const words = `7f${(bytes[1] ?? 0).toString(16).padStart(2, '0')}:${(low & 0xffff).toString(16)}`
        const forms = [
          `${value}`,
          `0x${value.toString(16)}`,
          bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
          bytes.map((byte) => `0x${byte.toString(16)}`).join('.'),
          `[::ffff:${words}]`,
          `[::ffff:0:${words}]`,
        ]
        return `http://${forms[form]}:9/`
      })
    await fc.assert(
      fc.asyncProperty(spelling, async (url) => {
        await expect(pinned(url)).rejects.toMatchObject({ code: 'invalid' })
      }),
      { numRuns: 1000 },
    )
  })
})
