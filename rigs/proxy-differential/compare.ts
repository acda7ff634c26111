import type { Received } from './backend.ts'
import type { Answered } from './wire.ts'

/** What came of one case at one proxy. */
export interface Outcome {
  readonly answer: Answered
  readonly received: readonly Received[]
  /** Whether the request counted as activity of the route. */
  readonly activity: 'noted' | 'not noted' | undefined
}

/** The ways in which ours is another than theirs, each as a line `where: theirs ≠ ours`. None: alike. */
export function compare(theirs: Outcome, ours: Outcome): readonly string[] {
  const lines = [
    ...compareAnswers(theirs.answer, ours.answer),
    ...compareReceived(theirs.received, ours.received),
  ]
  if (theirs.activity !== ours.activity)
    lines.push(`activity: ${theirs.activity} ≠ ${ours.activity}`)
  return lines
}

/** How bodies are framed, and when they were sent, is each proxy's own affair. */
const FREE = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'])

function compareAnswers(a: Answered, b: Answered): readonly string[] {
  const lines: string[] = []
  const one = (where: string, theirs: unknown, ours: unknown) => {
    if (theirs !== ours) lines.push(`${where}: ${shown(theirs)} ≠ ${shown(ours)}`)
  }
  one('status', a.status, b.status)
  one('interim', a.interim.join('; '), b.interim.join('; '))
  // With another status, the rest follows from it.
  if (a.status !== b.status) return lines
  one('reason', a.reason, b.reason)
  one('whole', a.whole, b.whole)
  one('then', thenOf(a), thenOf(b))
  const names = new Set([...a.headers, ...b.headers].map(([name]) => name))
  for (const name of [...names].filter((each) => !FREE.has(each)).toSorted())
    one(`header.${name}`, valuesOf(a.headers, name), valuesOf(b.headers, name))
  one('trailers', JSON.stringify(a.trailers), JSON.stringify(b.trailers))
  return [...lines, ...differ('body', bodyOf(a), bodyOf(b))]
}

/** Both may close a connection when they like, but not leave somebody waiting. */
const thenOf = ({ end }: Answered) => (end === 'silence' ? 'nothing more' : 'an end')

function differ(where: string, a: unknown, b: unknown): readonly string[] {
  if (isRecord(a) && isRecord(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
      differ(`${where}.${key}`, a[key], b[key]),
    )
  const [theirs, ours] = [shown(a), shown(b)]
  return theirs === ours ? [] : [`${where}: ${theirs} ≠ ${ours}`]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON by what it says, the API's with its times as kinds; errors for people as that they are there. */
function bodyOf({ status, headers, body }: Answered): unknown {
  const type = valuesOf(headers, 'content-type') ?? ''
  if (status === 200 && type.startsWith('application/json')) return steady(body)
  if (status === 101 || status < 400) return body.length > 300 ? `${body.length} bytes` : body
  return body === '' ? '' : 'some text'
}

function steady(text: string): unknown {
  try {
    return JSON.parse(text, (_key, each: unknown) =>
      typeof each === 'string' ? each.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'TIME') : each,
    )
  } catch {
    return text
  }
}

function compareReceived(a: readonly Received[], b: readonly Received[]): readonly string[] {
  if (a.length !== b.length) return [`received: ${a.length} ≠ ${b.length} requests`]
  return a.flatMap((theirs, index) => {
    const ours = b[index]
    return ours ? compareOne(theirs, ours) : []
  })
}

function compareOne(a: Received, b: Received): readonly string[] {
  const lines: string[] = []
  const one = (where: string, theirs: unknown, ours: unknown) => {
    if (theirs !== ours) lines.push(`received.${where}: ${shown(theirs)} ≠ ${shown(ours)}`)
  }
  one('line', a.line, b.line)
  const names = new Set([...a.headers, ...b.headers].map(([name]) => name))
  for (const name of [...names].toSorted())
    one(`header.${name}`, valuesOf(a.headers, name), valuesOf(b.headers, name))
  one('body', a.body, b.body)
  one('trailers', a.trailers, b.trailers)
  return lines
}

function valuesOf(headers: Answered['headers'], name: string): string | undefined {
  const values = headers.filter(([each]) => each === name).map(([, value]) => value)
  return values.length === 0 ? undefined : values.join(' & ')
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 160)
}
