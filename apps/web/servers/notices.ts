import { NoticeBody } from '#core/contract/notices.ts'

/** What was told last of each server, by its name. */
export type Notices = ReadonlyMap<string, Ending | Stopped>

export type Ending = Extract<NoticeBody, { type: 'ending' }>
type Stopped = Extract<NoticeBody, { type: 'stopped' }>

/** What is known after one more line of the stream; one that cannot be read is passed over. */
export function withNotice(before: Notices, line: string): Notices {
  const notice = read(line)
  if (!notice || notice.type === 'announcement') return before
  const after = new Map(before)
  if (notice.type === 'kept') after.delete(notice.server)
  else after.set(notice.server, notice)
  return after
}

/** Before a stream begins anew, which tells first how things are: what is over stays said. */
export function whatIsOver(before: Notices): Notices {
  return new Map([...before].filter(([, { type }]) => type === 'stopped'))
}

/** The time of day, and the day when it is another one. */
export function shortTime(at: Date, now: Date): string {
  const time = { hour: '2-digit', minute: '2-digit' } as const
  return at.toDateString() === now.toDateString()
    ? at.toLocaleTimeString([], time)
    : at.toLocaleString([], { ...time, month: 'short', day: 'numeric' })
}

function read(line: string): NoticeBody | undefined {
  try {
    return NoticeBody.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}
