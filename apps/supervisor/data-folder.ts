import { accessSync, constants, existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { HUB_ACCOUNT } from './accounts.ts'
import { closedFolder, requireAccess } from './drop-to.ts'
import { type Accounts, makeFolder } from './run-folders.ts'

/** By one of these a folder is known as a hub's, or as one that somebody prepared for a hub. */
const OURS = ['config.yaml', 'hub.sqlite', 'hub.lock', 'run/supervisor.lock']

/**
 * The data folder belongs to whoever the hub runs as, and to nobody else.
 * @returns its real path
 * @throws Error with a sentence and the remedy; nothing was made then
 */
export function makeDataFolder(path: string, accounts: Accounts | null): string {
  try {
    refuseForeign(path)
    if (accounts) requireWay(path)
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    makeFolder(path, { mode: 0o700, ...accounts?.hub })
    if (!accounts) accessSync(path, constants.W_OK)
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new Error(
        `the data directory ${path} cannot be made or written (${String(error.code)}): choose another one (--data), or mend its rights`,
        { cause: error },
      )
    throw error
  }
  return realpathSync(path)
}

/** A slip of the finger (`--data /etc`) must not give a folder away. */
function refuseForeign(path: string): void {
  if (!existsSync(path)) return
  if (readdirSync(path).length === 0 || OURS.some((name) => existsSync(join(path, name)))) return
  throw new Error(
    `${path} holds other things than a hub's data: choose a new or empty directory (--data)`,
  )
}

function requireWay(path: string): void {
  // What does not exist yet will be made open.
  let known = path
  while (!existsSync(known)) known = dirname(known)
  const closed = closedFolder(HUB_ACCOUNT, join(known, 'x'))
  // The folder itself may still be somebody else's: it is given to the hub afterwards.
  if (closed === undefined || closed === path) return
  throw new Error(
    `${closed} is closed to the account ${HUB_ACCOUNT}, which keeps its data below it: choose another data directory (--data), or open it (chmod o+x ${closed})`,
  )
}

/** As root: what the hub has to read or run must be open to its account. */
export function requireReadable({
  data,
  config,
  python,
}: {
  readonly data: string
  readonly config: string | undefined
  readonly python: string
}): void {
  const file = config ?? join(data, 'config.yaml')
  if (existsSync(file)) requireAccess(HUB_ACCOUNT, '-r', file, 'the configuration')
  requireAccess(HUB_ACCOUNT, '-x', join(python, 'bin/python3'), 'the Python of the notebooks')
}
