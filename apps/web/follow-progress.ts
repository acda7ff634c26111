import { backoff } from '#core/base/backoff.ts'
import { ProgressBody } from '#core/contract/models.ts'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 5000

/** How the page gets at a start's event stream. */
export interface ProgressStream {
  /** Passes on what comes; resolves when the stream breaks or `signal` aborts. */
  read(onData: (text: string) => void, signal: AbortSignal): Promise<void>
  /** Whether the server is still on its way up. Rejects while the hub does not answer. */
  stillStarting(): Promise<boolean>
  /** Resolves early when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export interface ProgressListener {
  event(event: ProgressBody): void
  /** The hub does not answer; it is asked again and again. */
  lost(): void
  /** The start has ended unseen, as when it was given up in another window. */
  over(): void
}

/** Follows a start to its last event. A stream that breaks, as when the hub is restarted, is opened again. */
export async function followProgress(
  stream: ProgressStream,
  listener: ProgressListener,
  signal: AbortSignal,
): Promise<void> {
  let waits = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS)
  const last = new AbortController()
  const enough = AbortSignal.any([signal, last.signal])
  while (!enough.aborted) {
    await stream.read((text) => {
      const event = parse(text)
      if (!event || enough.aborted) return
      waits = backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS)
      listener.event(event)
      if (event.ready === true || event.failed === true) last.abort()
    }, enough)
    if (enough.aborted) return
    const still = await stream.stillStarting().catch(() => undefined)
    if (enough.aborted) return
    if (still === false) return listener.over()
    if (still === undefined) listener.lost()
    await stream.sleep(waits.next().value, enough)
  }
}

/** A line that is no event is passed over: the next one may be. */
function parse(text: string): ProgressBody | undefined {
  try {
    return ProgressBody.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
