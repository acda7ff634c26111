import { useEffect, useState } from 'react'

import { ProgressBody } from '#core/contract/models.ts'

import { NOTHING_YET, type ProgressShown, withEvent } from './progress.ts'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 5000
/** Then the page may be out of date, as when the start was given up elsewhere: loading it again shows what is. */
const MOST_FAILURES = 4

/** Follows a start's event stream. A stream that breaks, as when the hub is restarted, is opened again. */
export function useProgress(url: string): ProgressShown {
  const [shown, setShown] = useState(NOTHING_YET)
  useEffect(() => {
    let wait = FIRST_WAIT_MS
    let failures = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let source: EventSource | undefined
    const open = () => {
      source = new EventSource(url)
      source.addEventListener('message', ({ data }) => {
        wait = FIRST_WAIT_MS
        failures = 0
        const event = ProgressBody.parse(JSON.parse(String(data)))
        if (event.ready === true || event.failed === true) source?.close()
        setShown((before) => withEvent(before, event))
      })
      source.addEventListener('error', () => {
        source?.close()
        failures++
        if (failures > MOST_FAILURES) return globalThis.location.reload()
        timer = setTimeout(open, wait)
        wait = Math.min(wait * 2, LONGEST_WAIT_MS)
      })
    }
    open()
    return () => {
      source?.close()
      clearTimeout(timer)
    }
  }, [url])
  return shown
}
