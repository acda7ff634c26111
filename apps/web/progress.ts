import type { ProgressBody } from '#core/contract/models.ts'

/** What the starting page shows. */
export interface ProgressShown {
  readonly percent: number
  /** What happened so far, each once, in order. */
  readonly messages: readonly string[]
  readonly log: readonly string[]
  /** The hub does not answer for now. */
  readonly lost: boolean
  readonly end:
    | { readonly is: 'ready'; readonly url: string }
    | { readonly is: 'failed'; readonly message: string }
    | null
}

export const NOTHING_YET: ProgressShown = {
  percent: 0,
  messages: [],
  log: [],
  lost: false,
  end: null,
}

/** Adds one event of the stream. After a reconnection the stream begins anew; what was shown does not go back. */
export function withEvent(shown: ProgressShown, event: ProgressBody): ProgressShown {
  const messages = shown.messages.includes(event.message)
    ? shown.messages
    : [...shown.messages, event.message]
  return {
    percent: Math.max(shown.percent, Math.min(100, event.progress)),
    messages,
    log: event.log ?? shown.log,
    lost: false,
    end: endOf(event) ?? shown.end,
  }
}

function endOf({ ready, failed, url, message }: ProgressBody): ProgressShown['end'] {
  if (ready === true) return { is: 'ready', url: url ?? '' }
  return failed === true ? { is: 'failed', message } : null
}
