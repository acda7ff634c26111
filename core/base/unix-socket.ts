import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

/** linux/fcntl.h: a descriptor that names a file without opening it. Not among Node's constants. */
const O_PATH = 0x200000

/** The longest path that fits into `sun_path` with its final zero (unix(7)). */
export const LONGEST_SOCKET_PATH = 107

/** The thing at the path is no socket, or not the right person's: a symbolic link that was swapped in, for example. */
export class WrongSocketError extends Error {
  override readonly name = 'WrongSocketError'
}

/**
 * Connects to a socket in a directory that somebody else can write: no symbolic link is followed at its name, it must be a
 * socket, and `owner` (a uid; null: anybody) must own it. What was checked is what is connected to.
 * @throws WrongSocketError, or the error of the system (`ENOENT`, …) at once; a refused connection is an event of the socket
 */
export function connectTo(path: string, owner: number | null): Socket {
  const descriptor = openSync(path, O_PATH | constants.O_NOFOLLOW)
  try {
    const found = fstatSync(descriptor)
    if (!found.isSocket()) throw new WrongSocketError(`${path} is no socket`)
    if (owner !== null && found.uid !== owner)
      throw new WrongSocketError(`${path} belongs to another account`)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
  const socket = connect({ path: `/proc/self/fd/${descriptor}` })
  const close = () => {
    socket.off('connect', close)
    socket.off('close', close)
    closeSync(descriptor)
  }
  socket.once('connect', close)
  socket.once('close', close)
  return socket
}

/**
 * `http+unix://<quoted path><rest>`: JupyterHub's form of an address behind a unix socket. Capitals are quoted too: the path
 * stands where a URL has its host, and clients fold a host's case before they take it for a path.
 */
export function unixUrl(path: string, rest = ''): string {
  const quoted = encodeURIComponent(path).replaceAll(/%..|[^a-z0-9._-]/g, (part) =>
    part.startsWith('%') ? part : `%${part.charCodeAt(0).toString(16)}`,
  )
  return `http+unix://${quoted}${rest}`
}
