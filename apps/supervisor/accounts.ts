import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import type { Accounts } from './run-folders.ts'

/** Names that stay: other people's tools rely on them. */
export const HUB_ACCOUNT = 'bulkhead'
export const PROXY_ACCOUNT = 'bulkhead-proxy'
const SOCKETS_GROUP = 'bulkhead-sockets'

/** The accounts that keep hub, proxy and notebooks from being root; made, without a password or shell, where they are missing. */
export function ensureAccounts(dataDir: string): Accounts {
  if (groupId(SOCKETS_GROUP) === undefined) make('groupadd', ['--system', SOCKETS_GROUP])
  for (const [name, home] of [
    [HUB_ACCOUNT, dataDir],
    [PROXY_ACCOUNT, '/nonexistent'],
  ] as const) {
    if (idsOf(name) === undefined) {
      make('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--home-dir',
        home,
        '--shell',
        '/usr/sbin/nologin',
        name,
      ])
      console.error(`start | made the system account ${name}`)
    }
    if (!membersOf(SOCKETS_GROUP).includes(name))
      make('usermod', ['--append', '--groups', SOCKETS_GROUP, name])
  }
  const [hub, proxy, socketsGid] = [
    idsOf(HUB_ACCOUNT),
    idsOf(PROXY_ACCOUNT),
    groupId(SOCKETS_GROUP),
  ]
  if (!hub || !proxy || socketsGid === undefined)
    throw new Error(
      'the accounts of the hub could not be made; are useradd and groupadd there (package passwd)?',
    )
  if (hub.uid === 0 || proxy.uid === 0)
    throw new Error(`${HUB_ACCOUNT} or ${PROXY_ACCOUNT} is root; give the account another uid`)
  return { hub, proxy, socketsGid }
}

function make(command: string, args: readonly string[]): void {
  execFileSync(`/usr/sbin/${command}`, args, { stdio: ['ignore', 'inherit', 'inherit'] })
}

function idsOf(name: string): { readonly uid: number; readonly gid: number } | undefined {
  const [, , uid, gid] = entry('/etc/passwd', name)
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

function groupId(name: string): number | undefined {
  const [, , gid] = entry('/etc/group', name)
  return gid === undefined ? undefined : Number(gid)
}

function membersOf(name: string): readonly string[] {
  return (entry('/etc/group', name)[3] ?? '').split(',')
}

function entry(file: string, name: string): readonly string[] {
  return (
    readFileSync(file, 'utf8')
      .split('\n')
      .find((line) => line.startsWith(`${name}:`))
      ?.split(':') ?? []
  )
}
