import { useEffect, useState } from 'react'

import { getServer } from '#core/contract/servers.ts'
import { ApiError, call, type Send } from '#core/contract/client.ts'
import type { ServerBody } from '#core/contract/models.ts'

import { followProgress, type ProgressStream } from './follow-progress.ts'
import { paths } from './paths.ts'
import { NOTHING_YET, type ProgressShown, withEvent } from './progress.ts'
import { browserSend } from './send.ts'

/** Follows a start's event stream. When the start has ended unseen, the page is loaded again: the hub knows what to show. */
export function useProgress(owner: string, server: ServerBody, xsrf: string): ProgressShown {
  const [shown, setShown] = useState(NOTHING_YET)
  const { name } = server
  const url = paths.progress(server.progress_url, xsrf)
  useEffect(() => {
    const leave = new AbortController()
    const send = browserSend(xsrf)
    void followProgress(
      streamOf(url, () => isStarting(send, { user: owner, server: name })),
      {
        event: (event) => setShown((before) => withEvent(before, event)),
        lost: () => setShown((before) => ({ ...before, lost: true })),
        over: () => globalThis.location.reload(),
      },
      leave.signal,
    )
    return () => leave.abort()
  }, [url, owner, name, xsrf])
  return shown
}

async function isStarting(send: Send, params: { user: string; server: string }): Promise<boolean> {
  try {
    return (await call(send, getServer, { params })).pending === 'spawn'
  } catch (error) {
    // Refused is an answer too: signed out meanwhile, or the person is gone.
    if (error instanceof ApiError && error.status < 500) return false
    throw error
  }
}

function streamOf(url: string, stillStarting: () => Promise<boolean>): ProgressStream {
  return {
    stillStarting,
    read: (onData, signal) =>
      new Promise((resolve) => {
        const source = new EventSource(url)
        const close = () => {
          source.close()
          resolve()
        }
        // Its own way of opening again knows no growing waits, and gives up for good at the first refusal.
        source.addEventListener('error', close)
        source.addEventListener('message', ({ data }) => onData(String(data)))
        signal.addEventListener('abort', close, { once: true })
      }),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        signal.addEventListener(
          'abort',
          () => {
            clearTimeout(timer)
            resolve()
          },
          { once: true },
        )
      }),
  }
}
