import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { ConfigError } from './config-error.ts'
import { loadConfig, makeConfigFile, parseConfig } from './load.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('reading the configuration', () => {
  test('an empty file gives the defaults', () => {
    const config = parseConfig('', 'config.yaml')

    expect(config.listen).toEqual({ host: '127.0.0.1', port: 8000 })
    expect(config.public_url).toBe('http://127.0.0.1:8000')
    expect(config.spawner.start_timeout).toBe(60_000)
  })

  test('the file of a first start is a valid one, private, and never replaced', () => {
    const file = join(folder, 'config.yaml')

    makeConfigFile(file)
    expect(loadConfig(file)).toEqual(parseConfig('', 'config.yaml'))
    expect(statSync(file).mode & 0o777).toBe(0o600)

    writeFileSync(file, 'listen: 127.0.0.1:9000\n')
    makeConfigFile(file)
    expect(readFileSync(file, 'utf8')).toBe('listen: 127.0.0.1:9000\n')
  })

  test('every mistake is told at once, each with its line', () => {
    const text =
      'listen: nonsense\nspwaner:\n  use: auto\nauthenticator:\n  use: magic\n  admin: [ada]\nspawner:\n  start_timeout: soon\n'

    const error = messageOf(() => parseConfig(text, 'config.yaml'))

    expect(error).toMatch(/line 1: listen is not an address/)
    expect(error).toMatch(/spwaner is not a setting/)
    expect(error).toMatch(/line 5: authenticator\.use must be one of password, dummy/)
    expect(error).toMatch(/line 6: authenticator\.admin is not a setting/)
    expect(error).toMatch(/line 8: spawner\.start_timeout is not a length of time/)
  })

  test('a file that is no YAML names the line', () => {
    expect(messageOf(() => parseConfig('a: b\n c: [', 'config.yaml'))).toMatch(/line 2/)
  })

  test('a key that stands twice is a mistake', () => {
    expect(
      messageOf(() => parseConfig('public_names: []\npublic_names: []\n', 'config.yaml')),
    ).toMatch(/line 2/)
  })

  test('an address that other machines reach needs to be told what people type', () => {
    expect(messageOf(() => parseConfig('listen: 0.0.0.0:8000', 'config.yaml'))).toMatch(
      /public_url is needed/,
    )
    expect(
      parseConfig('listen: 0.0.0.0:8000\npublic_url: https://hub.example/', 'c').public_url,
    ).toBe('https://hub.example')
  })

  const withHosts = (address: string) =>
    parseConfig(`subdomains: true\n${address}\n`, 'config.yaml')

  test.each(['', 'public_url: http://127.0.0.1:8000', 'public_url: http://localhost:8000'])(
    'there is no room for subdomains below %s',
    (address) => {
      expect(messageOf(() => withHosts(address))).toMatch(
        /line 1: subdomains needs a public_url whose host/,
      )
    },
  )

  test.each(['public_url: http://hub.localhost:8000', 'public_url: https://hub.example'])(
    'there is room for subdomains below %s',
    (address) => {
      expect(withHosts(address).subdomains).toBe(true)
    },
  )

  test('the command line goes above the file, and moves the public address along', () => {
    const config = parseConfig('listen: 127.0.0.1:9000', 'config.yaml', { port: 9001, host: '::1' })

    expect(config.listen).toEqual({ host: '::1', port: 9001 })
    expect(config.public_url).toBe('http://[::1]:9001')
  })

  test('an external proxy needs a token, an address that people type, and this machine', () => {
    const told = (...lines: readonly string[]) =>
      messageOf(() => parseConfig(lines.join('\n'), 'config.yaml'))
    const people = 'public_url: http://127.0.0.1:9000'

    expect(told(people, 'external_proxy: { api_url: http://127.0.0.1:8001 }')).toMatch(
      /token_file is needed/,
    )
    expect(told('external_proxy: { api_url: "http://[::1]:8001", token_file: t }')).toMatch(
      /public_url is needed/,
    )
    expect(
      told(people, 'external_proxy: { api_url: http://10.0.0.1:8001, token_file: t }'),
    ).toMatch(/another machine/)
    const proxy = 'external_proxy: { api_url: http://127.0.0.1:8001, token_file: t }'
    expect(told(people, 'listen: 0.0.0.0:8081', proxy)).toMatch(/listen is reached from other/)
    const sound = `${people}\nexternal_proxy: { api_url: "http://[::1]:8001", token_file: t }`
    expect(parseConfig(sound, 'config.yaml').external_proxy.token_file).toBe('t')
  })

  test('the dummy authenticator needs a password', () => {
    expect(messageOf(() => parseConfig('authenticator: {use: dummy}', 'c'))).toMatch(
      /authenticator\.password is needed/,
    )
  })

  test('a missing file says so', () => {
    expect(() => loadConfig(join(folder, 'none.yaml'))).toThrow(/cannot be read \(ENOENT\)/)
  })
})

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('nothing was refused')
}
