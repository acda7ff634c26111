import {
  chmodSync,
  chownSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  closeSync,
  fstatSync,
} from 'node:fs'
import { join } from 'node:path'

/** The accounts that hub and proxy run as; null for an ordinary person, who runs all as himself. */
export interface Accounts {
  readonly hub: Ids
  readonly proxy: Ids
  /** Whose members may connect to sockets of the other. */
  readonly socketsGid: number
}

interface Ids {
  readonly uid: number
  readonly gid: number
}

/**
 * Makes the folder of sockets and what lies in it, each for exactly who needs it. The parents are the supervisor's own, so nobody
 * can swap a folder for a link afterwards.
 * @throws Error when something else is there already
 */
export function makeRunFolders(runDir: string, accounts: Accounts | null): void {
  makeFolder(runDir, { mode: accounts ? 0o755 : 0o700 })
  const shared = accounts ? 0o2750 : 0o700
  const gid = accounts?.socketsGid
  makeFolder(join(runDir, 'front'), { mode: shared, ...owner(accounts?.hub, gid) })
  makeFolder(join(runDir, 'servers'), { mode: 0o700, ...owner(accounts?.hub) })
  makeFolder(join(runDir, 's'), { mode: shared, ...owner(accounts?.hub, gid) })
  makeFolder(join(runDir, 'proxy'), { mode: shared, ...owner(accounts?.proxy, gid) })
}

function owner(ids?: Ids, gid?: number): Ids | undefined {
  return ids && { uid: ids.uid, gid: gid ?? ids.gid }
}

/** Also the data folder, when root starts the hub for the first time. */
export function makeFolder(
  path: string,
  { mode, uid, gid }: { readonly mode: number; readonly uid?: number; readonly gid?: number },
): void {
  mkdirSync(path, { recursive: true, mode })
  const link = lstatSync(path)
  if (!link.isDirectory()) throw new Error(`${path} is not a folder; move it away`)
  const self = process.getuid?.() ?? 0
  const allowed = new Set([self, uid ?? self])
  if (!allowed.has(link.uid))
    throw new Error(
      `${path} belongs to another account (uid ${link.uid}); move it away, or start the hub as that account`,
    )
  // The folder that was looked at is the one that is changed.
  const descriptor = openSync(
    path,
    constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
  )
  try {
    if (fstatSync(descriptor).ino !== link.ino)
      throw new Error(`${path} was replaced while it was looked at`)
    const same = `/proc/self/fd/${descriptor}`
    if (uid !== undefined && gid !== undefined) chownSync(same, uid, gid)
    chmodSync(same, mode)
  } finally {
    closeSync(descriptor)
  }
}
