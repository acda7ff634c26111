import { useEffect, useState } from 'react'

import { backoff } from '#core/base/backoff.ts'

import { paths } from '../paths.ts'
import { type Notices, whatIsOver, withNotice } from './notices.ts'

const FIRST_WAIT_MS = 2000
const LONGEST_WAIT_MS = 60_000

/**
 * What one is to know of one's servers. Only a window that is looked at listens: a browser has few connections to one host, and
 * those of windows behind would keep everything else waiting.
 */
export function useNotices(owner: string, xsrf: string): Notices {
  const [notices, setNotices] = useState<Notices>(new Map())
  useEffect(() => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let waits = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS)
    const close = () => {
      clearTimeout(timer)
      source?.close()
      source = undefined
    }
    const open = () => {
      close()
      if (document.hidden) return
      source = new EventSource(paths.notices(owner, xsrf))
      source.addEventListener('open', () => {
        waits = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS)
        setNotices(whatIsOver)
      })
      source.addEventListener('message', ({ data }) =>
        setNotices((before) => withNotice(before, String(data))),
      )
      // Its own way of opening again gives up for good at the first refusal, such as that of a hub that is just starting.
      source.addEventListener('error', () => {
        close()
        timer = setTimeout(open, waits.next().value)
      })
    }
    open()
    document.addEventListener('visibilitychange', open)
    return () => {
      document.removeEventListener('visibilitychange', open)
      close()
    }
  }, [owner, xsrf])
  return notices
}
