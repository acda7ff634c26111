import type { ServerService } from '#core/domain/servers/server-service.ts'
import type { ServerStore } from '#core/domain/servers/server-store.ts'

interface Parts {
  readonly store: Pick<ServerStore, 'listActive'>
  readonly servers: Pick<ServerService, 'stop'>
  readonly say: (message: string) => void
}

/** Ends the hub on request: all of it, with the public entrance, or this process alone, which the supervisor then starts anew. */
export function hubEnder({ store, servers, say }: Parts) {
  return ({ proxy, servers: withServers }: { proxy: boolean; servers: boolean }): void => {
    void run(withServers).finally(() => {
      if (proxy && process.send) process.send({ type: 'end' })
      else process.kill(process.pid, 'SIGTERM')
    })
  }

  async function run(withServers: boolean): Promise<void> {
    if (!withServers) return
    const stops = (await store.listActive()).map(({ id }) => servers.stop(id))
    for (const stop of await Promise.allSettled(stops))
      if (stop.status === 'rejected') say(`A server could not be stopped: ${String(stop.reason)}`)
  }
}
