import type { Announcement } from '../announcements/announcement.ts'
import { HubError } from '../errors.ts'
import type { ServerId } from '../servers/server.ts'
import type { CullerEvents } from './culler.ts'
import type { End } from './end-of-server.ts'

/** Windows that one person has open at one time, with room to spare. */
const MOST_LISTENERS = 32
/** Of what somebody does not take, the oldest is let go. */
const MOST_WAITING = 100
const RETRY_SECONDS = 30

/** What people are told while they look. */
export type Notice =
  | { readonly of: 'ending'; readonly server: ServerId; readonly end: End }
  /** What was told of its end no longer holds. */
  | { readonly of: 'kept'; readonly server: ServerId }
  | { readonly of: 'stopped'; readonly server: ServerId; readonly end: End }
  /** Undefined: there is none any more. */
  | { readonly of: 'announcement'; readonly announcement: Announcement | undefined }

/** Passes on what happens to whoever listens now. Nothing is kept for later: who comes asks first how things are. */
export class NoticeBoard {
  /** By the person whose servers it is about. */
  readonly #listeners = new Map<string, Set<(notice: Notice) => void>>()

  tell(notice: Notice): void {
    const listeners =
      notice.of === 'announcement'
        ? [...this.#listeners.values()].flatMap((theirs) => [...theirs])
        : [...(this.#listeners.get(notice.server.user) ?? [])]
    for (const listener of listeners) listener(notice)
  }

  /** All that is told from now on about the person's servers, and to everybody, until `signal` aborts. @throws HubError `too_many` */
  follow(user: string, signal: AbortSignal): AsyncIterable<Notice> {
    const theirs = this.#listeners.get(user) ?? new Set()
    if (theirs.size >= MOST_LISTENERS) {
      throw new HubError('too_many', `${user} has ${MOST_LISTENERS} such streams open already`, {
        retryAfter: RETRY_SECONDS,
      })
    }
    const waiting: Notice[] = []
    let wake = Promise.withResolvers<void>()
    const listener = (notice: Notice) => {
      waiting.push(notice)
      if (waiting.length > MOST_WAITING) waiting.shift()
      wake.resolve()
    }
    this.#listeners.set(user, theirs.add(listener))
    const leave = () => {
      theirs.delete(listener)
      if (theirs.size === 0 && this.#listeners.get(user) === theirs) this.#listeners.delete(user)
      wake.resolve()
    }
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    return (async function* notices() {
      while (!signal.aborted) {
        const next = waiting.shift()
        if (next) {
          yield next
          continue
        }
        await wake.promise
        wake = Promise.withResolvers()
      }
    })()
  }
}

/** Puts on the board what the culler does, and passes it on. */
export function onBoard(board: NoticeBoard, events: CullerEvents): CullerEvents {
  return {
    warned: (server, end) => {
      events.warned(server, end)
      board.tell({ of: 'ending', server: server.id, end })
    },
    spared: (server) => {
      events.spared(server)
      board.tell({ of: 'kept', server: server.id })
    },
    culled: (server, end, why) => {
      events.culled(server, end, why)
      board.tell({ of: 'stopped', server: server.id, end })
    },
    troubled: (doing, error) => events.troubled(doing, error),
  }
}
