import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const SCRIPT = join(import.meta.dirname, '../clean-root.sh')
const canRun = process.getuid?.() === 0 && existsSync('/usr/bin/mmdebstrap')
const FIRST_MS = 600_000

describe.skipIf(!canRun).each([
  { suite: 'bookworm', port: 8771 },
  { suite: 'trixie', port: 8772 },
])('in a clean Debian root ($suite)', ({ suite, port }) => {
  let root: string
  beforeAll(() => {
    root = mkdtempSync('/var/tmp/bulkhead-root-')
    execFileSync(SCRIPT, ['make', suite, root], { stdio: ['ignore', 'inherit', 'inherit'] })
  }, FIRST_MS)
  afterAll(() => rmSync(root, { recursive: true }))

  async function readyAfter(): Promise<{ readonly ms: number; readonly hub: ChildProcess }> {
    const begun = Date.now()
    const hub = spawn(SCRIPT, ['enter', root, './start', '--port', String(port)], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    while ((await health(port)) !== 200) {
      if (hub.exitCode !== null) throw new Error(`./start ended with ${hub.exitCode}`)
      await delay(20)
    }
    return { ms: Date.now() - begun, hub }
  }

  async function end(hub: ChildProcess): Promise<unknown> {
    hub.kill('SIGTERM')
    const [code] = await once(hub, 'exit')
    return code
  }

  test(
    'a fresh clone starts by one command, and ends in order',
    async () => {
      const { ms, hub } = await readyAfter()
      console.log(`${suite}: ready after ${ms} ms`)
      expect(await end(hub)).toBe(0)
    },
    FIRST_MS,
  )

  test(
    'a second start fetches and builds nothing',
    async () => {
      const before = await listFiles(root)
      const { ms, hub } = await readyAfter()
      console.log(`${suite}: ready again after ${ms} ms`)
      expect(await end(hub)).toBe(0)
      expect(await listFiles(root)).toEqual(before)
    },
    FIRST_MS,
  )
})

async function health(port: number): Promise<number | undefined> {
  return (await fetch(`http://127.0.0.1:${port}/hub/health`).catch(() => undefined))?.status
}

/** What set-up makes, by name. */
async function listFiles(root: string): Promise<readonly string[]> {
  const found = execFileSync(
    'find',
    [
      'var/cache/bulkhead',
      'root/bulkhead/node_modules',
      'root/bulkhead/apps/web/dist',
      '-maxdepth',
      '2',
      '-newermt',
      '1990-01-01',
      '-printf',
      '%p %T@\n',
    ],
    { cwd: root, encoding: 'utf8' },
  )
  return found.split('\n').toSorted()
}
