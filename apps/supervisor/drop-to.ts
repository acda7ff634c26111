import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'

/** What setpriv(1) needs to give up root for good: the account's own groups, no capabilities, no way back by a setuid program. */
export function dropTo(account: string): readonly string[] {
  return [
    `--reuid=${account}`,
    `--regid=${account}`,
    '--init-groups',
    '--inh-caps=-all',
    '--bounding-set=-all',
    '--no-new-privs',
    '--',
  ]
}

/** What the account may do with a path: the letters of test(1). It is tried as that account, so that no rule is guessed. */
export type Access = '-r' | '-w' | '-x'

function may(account: string, access: Access, path: string): boolean {
  const args = [...dropTo(account), 'test', access, path]
  return spawnSync('setpriv', args, { cwd: '/', stdio: 'ignore', env: SYSTEM }).status === 0
}

const SYSTEM = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }

/** The first folder on the way to `path` that the account cannot pass; undefined when all is open. */
export function closedFolder(account: string, path: string): string | undefined {
  const way: string[] = []
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    way.unshift(folder)
  return way.find((folder) => !may(account, '-x', folder))
}

/** @throws Error naming what is closed to the account, and the remedy */
export function requireAccess(account: string, access: Access, path: string, what: string): void {
  if (may(account, access, path)) return
  const closed = closedFolder(account, path)
  throw new Error(
    closed === undefined
      ? `${path} (${what}) is closed to the account ${account}, which the hub runs as: give it to that account (chown ${account} ${path}), or choose another one`
      : `${closed} is closed to the account ${account}, which the hub runs as, and ${what} lies below it: choose another place, or open the folder (chmod o+x ${closed})`,
  )
}
