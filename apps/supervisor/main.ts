import { randomBytes, createHash } from 'node:crypto'
import { accessSync, constants, fstatSync, realpathSync, statSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { unixUrl } from '#core/base/unix-socket.ts'
import { ensureAccounts, HUB_ACCOUNT, PROXY_ACCOUNT } from './accounts.ts'
import type { Message } from './messages.ts'
import { makeFolder, makeRunFolders } from './run-folders.ts'
import { lockRun } from './run-lock.ts'
import { Supervisor } from './supervise.ts'

const ROOT = join(import.meta.dirname, '../..')

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function main(): Promise<number> {
  process.umask(0o022)
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      python: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      config: { type: 'string' },
    },
  })
  const { python } = values
  if (values.data === undefined || python === undefined)
    throw new Error('start the hub with ./start')
  const isRoot = process.getuid?.() === 0
  const data = makeDataFolder(resolve(values.data), isRoot)
  const runDir = isRoot ? '/run/bulkhead' : runFolderOf(data.path)
  makeRunFolders(runDir, data.accounts)
  const lock = lockRun(runDir)

  const env = environment({ CONFIGPROXY_AUTH_TOKEN: randomBytes(32).toString('hex') })
  const shared = isRoot ? ['--shared-sockets'] : []
  const given = (['port', 'host', 'config'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [`--${name}`, values[name]],
  )
  const end = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end.abort())
  const code = await new Supervisor({
    node: process.execPath,
    runDir,
    hub: {
      name: 'hub',
      script: join(ROOT, 'apps/hub/main.ts'),
      args: ['--data', data.path, '--run', runDir, '--python', python, ...given, ...shared],
      env,
      account: isRoot ? HUB_ACCOUNT : null,
    },
    proxy: (launch) => ({
      name: 'proxy',
      script: join(ROOT, 'apps/proxy/main.ts'),
      args: [...proxyArguments(launch, runDir), ...shared],
      env,
      account: isRoot ? PROXY_ACCOUNT : null,
    }),
    ready: show,
  }).run(end.signal)
  lock.close()
  return code
}

/** The data folder belongs to whoever the hub runs as, and to nobody else. */
function makeDataFolder(path: string, isRoot: boolean) {
  const accounts = isRoot ? ensureAccounts(path) : null
  try {
    if (!accounts) makeFolder(path, { mode: 0o700 })
    else {
      mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
      makeFolder(path, { mode: 0o700, ...accounts.hub })
      requireWay(path)
    }
    accessSync(path, constants.W_OK)
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new Error(
        `the data directory ${path} cannot be made or written (${String(error.code)}): choose another one (--data), or mend its rights`,
        { cause: error },
      )
    throw error
  }
  return { path: realpathSync(path), accounts }
}

/** The hub's account must be able to come to the folder: every folder above must let others through. */
function requireWay(path: string): void {
  for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0)
      throw new Error(
        `${folder} is closed to the account ${HUB_ACCOUNT}, which keeps its data below it: choose another data directory (--data), or open it (chmod o+x ${folder})`,
      )
  }
}

function runFolderOf(data: string): string {
  const base = process.env['XDG_RUNTIME_DIR']
  const name = `bulkhead-${createHash('sha256').update(data).digest('hex').slice(0, 8)}`
  if (base !== undefined && isOwn(base)) return join(base, name)
  return join(data, 'run')
}

function isOwn(folder: string): boolean {
  try {
    return statSync(folder).uid === process.getuid?.()
  } catch {
    return false
  }
}

/** All that hub and proxy get of the environment. */
function environment(own: Readonly<Record<string, string>>): Record<string, string> {
  const names = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'NODE_COMPILE_CACHE']
  const kept = names.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']],
  )
  return { ...Object.fromEntries(kept), ...own }
}

function proxyArguments(
  { host, port, publicNames, frontSocket }: Extract<Message, { type: 'launch' }>,
  runDir: string,
): string[] {
  return [
    ...['--ip', host, '--port', String(port)],
    ...['--api-socket', join(runDir, 'proxy/api.sock')],
    ...['--routes-file', join(runDir, 'proxy/routes.json')],
    ...['--default-target', unixUrl(frontSocket)],
    ...['--error-target', unixUrl(frontSocket, '/hub/error')],
    ...publicNames.flatMap((name) => ['--public-name', name]),
  ]
}

function show({ url, setUpLink, notices }: Extract<Message, { type: 'ready' }>): void {
  for (const notice of notices) console.log(`\n${notice}`)
  console.log(`\nThe hub is ready: ${url}`)
  if (setUpLink === null) return
  // What is printed into the journal stays there for all who may read it.
  if (isJournal())
    console.log('Nobody is an admin yet. For a one-time link to become one: bulkhead setup-link')
  else
    console.log(
      `\nNobody is an admin yet. Become one under this link, within 15 minutes:\n${setUpLink}\n`,
    )
}

function isJournal(): boolean {
  const { dev, ino } = fstatSync(1)
  return process.env['JOURNAL_STREAM'] === `${dev}:${ino}`
}
