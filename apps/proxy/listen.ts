import { lstatSync, rmSync } from 'node:fs'
import { connect, type Server } from 'node:net'

import type { Place } from './options.ts'

/**
 * Listens, in the place of a socket that an ended process has left.
 * @param flag what the flags of this place begin with: `api-` of `--api-port`
 * @param mode who may connect to a socket, from its first moment on; without it, that is the umask's
 * @throws Error with a sentence
 */
export async function listening(
  server: Server,
  place: Place,
  flag: string,
  mode?: number,
): Promise<void> {
  if ('path' in place && (await isLeft(place.path))) rmSync(place.path)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const failed = (error: NodeJS.ErrnoException) =>
    reject(new Error(whyNot(error, place, flag), { cause: error }))
  server.once('error', failed)
  const before = mode === undefined ? undefined : process.umask(0o777 & ~mode)
  // A socket's file is made within this call.
  server.listen(
    'path' in place ? place : { port: place.port, ...(place.host && { host: place.host }) },
    () => {
      server.off('error', failed)
      resolve()
    },
  )
  if (before !== undefined) process.umask(before)
  return promise
}

/** Where it listens, for people. */
export function shownPlace(place: Place): string {
  if ('path' in place) return place.path
  return `${place.host.includes(':') ? `[${place.host}]` : place.host || '*'}:${place.port}`
}

/** Whether a socket lies there at which nobody listens. Any other file stays: whoever gave its name meant something else. */
async function isLeft(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(path)
  socket.once('connect', () => resolve(false))
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
  return promise.finally(() => socket.destroy())
}

function whyNot(error: NodeJS.ErrnoException, place: Place, flag: string): string {
  if ('path' in place)
    return error.code === 'EADDRINUSE'
      ? `at ${place.path} another program listens, or there is a file that is no socket`
      : `the proxy cannot listen on ${place.path} (${error.code})`
  const { port } = place
  const host = place.host === '' ? 'all addresses' : place.host
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is taken by another program: end it, or choose another port (--${flag}port, or listen in the configuration)`
    case 'EACCES':
      return `port ${port} is not for ordinary programs: choose one from 1024 on (--${flag}port, or listen in the configuration)`
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine: choose another one (--${flag}ip, or listen in the configuration)`
    default:
      return `the proxy cannot listen on ${host}:${port} (${error.code})`
  }
}
