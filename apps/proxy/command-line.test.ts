import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { CommandLineEnd, readCommandLine } from './command-line.ts'

const read = (...args: readonly string[]) => readCommandLine(args, 'version 1')
function endOf(...args: readonly string[]): CommandLineEnd {
  try {
    read(...args)
  } catch (error) {
    if (error instanceof CommandLineEnd) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('the command line', () => {
  test('takes every flag that configurable-http-proxy lists, but those that are declined', () => {
    const source = readFileSync(
      join(
        import.meta.dirname,
        '../../node_modules/configurable-http-proxy/bin/configurable-http-proxy',
      ),
      'utf8',
    )
    const flags = [...source.matchAll(/option\(\s*"(--[a-z0-9-]+)( <)?/gi)]
    const values: Readonly<Record<string, string>> = {
      '--custom-header': 'a:b',
      '--log-level': 'debug',
    }

    expect(flags.length).toBe(48)
    const refused = flags.flatMap(([, flag = '', value]) => {
      try {
        read(flag, ...(value ? [values[flag] ?? '80'] : []))
        return []
      } catch (error) {
        return [String(error).includes(`${flag} is not taken`) ? flag : String(error)]
      }
    })
    expect(refused).toEqual(['--ssl-allow-rc4', '--storage-backend'])
  })

  test('has the same defaults', () => {
    expect(read()).toEqual({
      apiIp: 'localhost',
      xForward: true,
      http2: true,
      prependPath: true,
      includePrefix: true,
      logLevel: 'info',
    })
  })

  test('gathers what may be given more than once; of one header, the last counts', () => {
    expect(
      read(
        '--custom-header=X-A: 1',
        '--custom-header',
        ' x-b : 2:3 ',
        '--custom-header',
        'x-a:4',
        '--public-name=a',
        '--public-name=b',
      ),
    ).toMatchObject({
      customHeader: [
        ['x-b', '2:3'],
        ['x-a', '4'],
      ],
      publicName: ['a', 'b'],
    })
  })

  test.each([
    [['--prot', '1'], 'Did you mean --port?'],
    [['--port'], 'argument missing'],
    [['--port', 'http'], 'a number from 1 to 65535'],
    [['--port', '0'], 'a number from 1 to 65535'],
    [['--api-port', '70000'], 'a number from 1 to 65535'],
    [['--socket', '/x', '--port', '80'], 'cannot be used with'],
    [['--timeout', '1s'], 'Milliseconds are meant'],
    [['--log-level', 'loud'], 'One of debug, info, warn, error'],
    [['--custom-header', 'nothing'], 'as NAME:VALUE'],
    [['--custom-header', 'a b:c'], 'as NAME:VALUE'],
    [['--custom-header', 'a:b\r\nc:d'], 'as NAME:VALUE'],
    [['start'], 'too many arguments'],
    [['--ssl-allow-rc4'], 'RC4 is broken'],
    [['--storage-backend', 'redis'], '--routes-file FILE keeps the routes'],
    [['--statsd-host', 'x'], '--metrics-port'],
  ])('%j ends with 1, and says: %s', (args, words) => {
    const { exitCode, message } = endOf(...args)

    expect(exitCode).toBe(1)
    expect(message).toContain(words)
  })

  test('--version and --help are answered with 0; the help names the environment and has examples', () => {
    expect(endOf('--version')).toMatchObject({ exitCode: 0, message: 'version 1' })
    const { exitCode, message } = endOf('--help')

    expect(exitCode).toBe(0)
    expect(message).toMatch(/CONFIGPROXY_AUTH_TOKEN .*\n[^]*Examples:\n {2}\$ /)
    expect(message).not.toMatch(/rc4|storage|statsd/)
    for (const line of message.split('\n')) expect(line.length).toBeLessThan(150)
  })
})
