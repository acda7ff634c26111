import { lstatSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'

import type { Place } from './options.ts'

/**
 * Listens, in the place of a socket that an ended process has left.
 * @throws Error with a sentence
 */
export function listening(server: Server, place: Place, flag: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  if ('path' in place) removeLeftSocket(place.path)
  server.once('error', (error: NodeJS.ErrnoException) =>
    reject(new Error(whyNot(error, place, flag), { cause: error })),
  )
  server.listen(
    'path' in place ? place : { port: place.port, ...(place.host && { host: place.host }) },
    resolve,
  )
  return promise
}

/** Where it listens, for people. */
export function shownPlace(place: Place): string {
  if ('path' in place) return place.path
  return `${place.host.includes(':') ? `[${place.host}]` : place.host || '*'}:${place.port}`
}

/** A file that is no socket stays: whoever gave its name meant something else. */
function removeLeftSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path)
}

function whyNot(error: NodeJS.ErrnoException, place: Place, flag: string): string {
  if ('path' in place) return `the proxy cannot listen on ${place.path} (${error.code})`
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
