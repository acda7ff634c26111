import { randomBytes, createHash } from 'node:crypto'
import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'

import { unixUrl } from '#core/base/unix-socket.ts'
import { ensureAccounts, HUB_ACCOUNT, PROXY_ACCOUNT } from './accounts.ts'
import { makeDataFolder, requireReadable } from './data-folder.ts'
import { Leftovers } from './leftovers.ts'
import { LIMITS, type Message } from './messages.ts'
import { type Options, readOptions } from './options.ts'
import { makeRunFolders } from './run-folders.ts'
import { lockRun } from './run-lock.ts'
import { isJournal, readyText } from './show.ts'
import { Supervisor, type SupervisionPlan } from './supervise.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Hub and proxy that lost their supervisor end within 5 s. */
const LEFTOVERS_MS = 6500
/** With what comes before and after, less than the 20 s that whoever ends the hub may count on. */
const END_MS = 15_000

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function main(options: Options): Promise<number> {
  process.umask(0o022)
  const accounts = process.getuid?.() === 0 ? ensureAccounts(options.data) : null
  if (options.accountsOnly) return 0
  const end = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => end.abort())

  const data = makeDataFolder(options.data, accounts)
  if (accounts) requireReadable({ ...options, data })
  const runDir = accounts ? '/run/bulkhead' : runFolderOf(data)
  makeRunFolders(runDir, accounts)
  const lock = lockRun(runDir)
  try {
    const leftovers = new Leftovers(runDir)
    await leftovers.gone(LEFTOVERS_MS)
    const plan = planOf({ ...options, data }, { runDir, isRoot: accounts !== null, leftovers })
    return await new Supervisor(plan).run(end.signal)
  } finally {
    lock[Symbol.dispose]()
  }
}

interface Surroundings {
  readonly runDir: string
  readonly isRoot: boolean
  readonly leftovers: Leftovers
}

function planOf(options: Options, { runDir, isRoot, leftovers }: Surroundings): SupervisionPlan {
  const { data, python } = options
  const env = { ...environment(isRoot), CONFIGPROXY_AUTH_TOKEN: randomBytes(32).toString('hex') }
  const shared = isRoot ? ['--shared-sockets'] : []
  const given = (['port', 'host', 'config'] as const).flatMap((name) =>
    options[name] === undefined ? [] : [`--${name}`, options[name]],
  )
  return {
    node: process.execPath,
    runDir,
    endMs: END_MS,
    hub: {
      name: 'hub',
      script: join(ROOT, 'apps/hub/main.ts'),
      args: ['--data', data, '--run', runDir, '--python', python, ...given, ...shared],
      env: { ...env, HOME: isRoot ? data : (process.env['HOME'] ?? data) },
      account: isRoot ? HUB_ACCOUNT : null,
    },
    proxy: (launch) => ({
      name: 'proxy',
      script: join(ROOT, 'apps/proxy/main.ts'),
      args: [...proxyArguments(launch, runDir), ...shared],
      env: { ...env, HOME: '/nonexistent' },
      account: isRoot ? PROXY_ACCOUNT : null,
    }),
    ready: (ready) => console.log(readyText(ready, isJournal(process.env['JOURNAL_STREAM']))),
    started: (name, pid) => leftovers.started(name, pid),
    say: (line) => console.error(line),
  }
}

function runFolderOf(data: string): string {
  const base = process.env['XDG_RUNTIME_DIR']
  const name = `bulkhead-${createHash('sha256').update(data).digest('hex').slice(0, 8)}`
  return base !== undefined && isOwn(base) ? join(base, name) : join(data, 'run')
}

function isOwn(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return statSync(folder).uid === process.getuid?.()
  } catch {
    return false
  }
}

/** All that hub and proxy get of the environment. What is in root's own PATH is often closed to others, so they get the system's. */
function environment(isRoot: boolean): Record<string, string> {
  const names = [
    'LANG',
    'LC_ALL',
    'TZ',
    'NODE_COMPILE_CACHE',
    ...(isRoot ? [] : ['PATH', 'LD_LIBRARY_PATH']),
  ]
  const kept = names.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return { PATH: '/usr/local/bin:/usr/bin:/bin', ...Object.fromEntries(kept) }
}

function proxyArguments(launch: Extract<Message, { type: 'launch' }>, runDir: string): string[] {
  const { host, port, publicNames, byHost, frontSocket, tls, http2, limits } = launch
  const options = {
    '--ip': host,
    '--port': String(port),
    '--api-socket': join(runDir, 'proxy/api.sock'),
    '--routes-file': join(runDir, 'proxy/routes.json'),
    '--default-target': unixUrl(frontSocket),
    '--error-target': unixUrl(frontSocket, '/hub/error'),
    ...(tls && { '--ssl-key': tls.keyFile, '--ssl-cert': tls.certFile }),
  }
  return [
    ...Object.entries(options).flat(),
    ...publicNames.flatMap((name) => ['--public-name', name]),
    ...launch.trustedProxies.flatMap((range) => ['--trusted-proxy', range]),
    ...launch.announcers.flatMap((range) => ['--proxy-protocol-from', range]),
    ...Object.entries(LIMITS).flatMap(([name, flag]) => {
      const limit = limits.get(name)
      return limit === undefined ? [] : [flag, String(limit)]
    }),
    ...(http2 ? [] : ['--no-http2']),
    ...(byHost ? ['--host-routing'] : []),
  ]
}
