import type { ServerAddress } from './server.ts'

/** Knows whether a launched server answers. */
export interface ServerProbe {
  /**
   * Resolves at the moment the server first answers `GET {prefix}api` with a status below 500; rejects with the
   * signal's reason when it aborts. Sends no credentials, follows no redirect.
   */
  untilAnswering(address: ServerAddress, prefix: string, signal: AbortSignal): Promise<void>
}
