import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { getServer, stopServer } from '#core/contract/servers.ts'
import { ApiError, call } from '#core/contract/client.ts'
import type { ServerBody } from '#core/contract/models.ts'

import { said } from '../said.ts'
import { browserSend } from '../send.ts'

const BUSY_MS = 1000
const CALM_MS = 5000

interface LiveServer {
  readonly server: ServerBody
  /** Why what is shown may be out of date. */
  readonly trouble: 'silent' | 'signed-out' | null
  readonly stop: () => void
  readonly stopping: boolean
  readonly stopError: string | null
}

/** A server as it is now: asked for again every few seconds, when the window is looked at again, and quicker while it changes. */
export function useServer(owner: string, initial: ServerBody, xsrf: string): LiveServer {
  const send = browserSend(xsrf)
  const params = { user: owner, server: initial.name }
  const queryKey = ['server', owner, initial.name]
  const queries = useQueryClient()
  const query = useQuery({
    queryKey,
    queryFn: () =>
      call(send, getServer, { params }).catch((error: unknown) => {
        // Never started: there is nothing to ask for yet.
        if (error instanceof ApiError && error.status === 404) return initial
        throw error
      }),
    initialData: initial,
    refetchInterval: ({ state }) =>
      isSignedOut(state.error) ? false : state.data?.pending ? BUSY_MS : CALM_MS,
    retry: (times, error) => times < 1 && !isSignedOut(error),
  })
  const stop = useMutation({
    mutationFn: () => call(send, stopServer, { params }),
    onSettled: () => queries.invalidateQueries({ queryKey }),
  })
  return {
    server: query.data,
    trouble: query.isError ? (isSignedOut(query.error) ? 'signed-out' : 'silent') : null,
    stop: () => stop.mutate(),
    stopping: stop.isPending || query.data.pending === 'stop',
    stopError: stop.isError ? said(stop.error) : null,
  }
}

function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403)
}
