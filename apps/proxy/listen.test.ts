import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { listening, shownPlace } from './listen.ts'

let folder: string
let path: string
const servers: Server[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-listen-'))
  path = join(folder, 's.sock')
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  rmSync(folder, { recursive: true })
})

const opened = () => {
  const server = createServer()
  servers.push(server)
  return server
}

describe('a socket', () => {
  test('that an ended process has left is replaced', async () => {
    const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    expect(() => execFileSync(process.execPath, ['-e', program], { stdio: 'ignore' })).toThrow(
      'Command failed',
    )

    await listening(opened(), { path }, 'api-')
    expect(servers[0]?.listening).toBe(true)
  })

  test('is from the beginning for those alone who may connect, whatever the umask', async () => {
    for (const mode of [0o600, 0o660]) {
      const at = join(folder, String(mode))
      const server = opened()
      const before = process.umask()
      await listening(server, { path: at }, 'api-', mode)

      expect(statSync(at).mode & 0o777).toBe(mode)
      expect(process.umask()).toBe(before)
    }
  })

  test('at which somebody listens stays, and so does a file', async () => {
    await listening(opened(), { path }, '')
    await expect(listening(opened(), { path }, '')).rejects.toThrow('another program listens')
    expect(servers[0]?.listening).toBe(true)

    const file = join(folder, 'file')
    writeFileSync(file, 'mine')
    await expect(listening(opened(), { path: file }, '')).rejects.toThrow('no socket')
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })
})

test('a port that is taken is named, with the flag that chooses another one', async () => {
  const first = opened()
  await listening(first, { host: '127.0.0.1', port: 0 }, '')
  const { port } = first.address() as AddressInfo

  await expect(listening(opened(), { host: '127.0.0.1', port }, 'api-')).rejects.toThrow(
    `port ${port} on 127.0.0.1 is taken by another program: end it, or choose another port (--api-port`,
  )
})

test.each([
  [{ path: '/run/x' }, '/run/x'],
  [{ host: '', port: 8000 }, '*:8000'],
  [{ host: '::1', port: 8000 }, '[::1]:8000'],
])('%j is shown as %s', (place, shown) => {
  expect(shownPlace(place)).toBe(shown)
})
