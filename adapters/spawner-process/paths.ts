import { createHash } from 'node:crypto'
import { join } from 'node:path'

import { LONGEST_SOCKET_PATH } from '#core/base/unix-socket.ts'
import { HubError } from '#core/domain/errors.ts'
import { quote } from '#core/domain/servers/server.ts'

/**
 * The longest name that jupyter_client makes in the runtime directory: `kernel-<uuid>-ipc-<n>`. A kernel has five sockets, counted
 * from 1; a restarted one goes on counting where old ones are left.
 */
const LONGEST_KERNEL_SOCKET = 'kernel-00000000-0000-0000-0000-000000000000-ipc-99'.length

/** Where one server's socket and kernels live: `<sockets>/<public id>/`. */
export interface ServerPaths {
  readonly folder: string
  readonly socket: string
  /** Private; sockets of kernels and connection files. */
  readonly runtime: string
}

export function serverPaths(socketsDir: string, publicId: string): ServerPaths {
  const folder = join(socketsDir, publicId)
  return { folder, socket: join(folder, 's.sock'), runtime: join(folder, 'r') }
}

/** Whether it is one of our own making, and so safe as part of a path. */
export function isPublicId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text)
}

/**
 * A socket's path is short by nature; a folder in which no kernel could start is refused before anybody has a server.
 * @throws HubError `invalid`
 */
export function checkRoom(socketsDir: string): void {
  const { runtime } = serverPaths(socketsDir, '0'.repeat(16))
  // The kernel counts bytes, and a folder's name may be in any language.
  const needed = Buffer.byteLength(runtime) + 1 + LONGEST_KERNEL_SOCKET
  if (needed <= LONGEST_SOCKET_PATH) return
  throw new HubError(
    'invalid',
    `${socketsDir} is ${needed - LONGEST_SOCKET_PATH} bytes too long for the sockets of notebook kernels: use a data directory with a shorter path (--data), or set XDG_RUNTIME_DIR`,
  )
}

/** Longer names are cut: a file's name has at most 255 bytes, and people add suffixes. */
const LONGEST_NAME = 100

/**
 * The name of a person's folder: the name itself, with what no folder should hold percent-encoded. A very long one is cut and
 * made unique by a hash after `+`, which no encoded name holds.
 */
export function homeName(user: string): string {
  const name = quote(user).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length))
  if (name.length <= LONGEST_NAME) return name
  return `${name.slice(0, 60)}+${createHash('sha256').update(user).digest('hex').slice(0, 32)}`
}
