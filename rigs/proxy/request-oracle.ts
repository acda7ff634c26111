import type { RecordingServer, Seen } from './recording-server.ts'
import type { Heard } from './stage.ts'
import {
  type Field,
  isPlain,
  readAnswers,
  readRequests,
  type StrictAnswer,
  type StrictRequest,
  valuesOf,
} from './strict-reading.ts'

/** What became of the bytes of one client. */
export interface Judged {
  /** By the strict reading, what the client said. */
  readonly said: readonly StrictRequest[]
  /** What the servers received. */
  readonly received: readonly StrictRequest[]
  /** What the client was answered, in turn; those without `X-Seen` are the proxy's own. */
  readonly answers: readonly StrictAnswer[]
}

/** Headers of one hop: the proxy sets them itself, or leaves them out (RFC 9110 section 7.6.1). */
const OF_THE_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'content-length',
  'expect',
  'via',
])

const FORWARDING = /^(?:forwarded|x-forwarded-.*|x-real-ip|x-scheme)$/

/** RFC 9110 section 6.5.1: what a trailer must not say. */
const NO_TRAILER =
  /^(?:host|content-length|content-type|content-encoding|transfer-encoding|authorization|cookie|expect|te|trailer|connection|forwarded|x-forwarded-.*)$/

/**
 * Holds what the servers received and the client heard against what the client sent: each received request is, in turn, one that the
 * client's bytes hold when they are read strictly; each answer belongs to the request whose turn it is; and after bytes that are no
 * request nothing is received any more.
 * @throws Error with what is not so
 */
export function judgeRequests(
  sent: string,
  heard: Heard,
  servers: readonly RecordingServer[],
): Judged {
  const said = readRequests(sent)
  const received = servers.flatMap(({ seen }) => seen).toSorted((a, b) => a.id - b.id)
  const left = new Set(said.whole)
  const matched = new Map<StrictRequest, StrictRequest>()
  for (const { wrong } of servers)
    if (wrong.length > 0) throw new Error(`a server received ${wrong.join('\n')}`)

  for (const { request } of received) {
    const found = [...left].find((each) => isSame(each, request))
    if (!found) throw new Error(`a server received what nobody sent: ${JSON.stringify(request)}`)
    left.delete(found)
    matched.set(found, request)
  }
  judgeBegun(servers, said.begun ? [...left, said.begun] : [...left])

  const methods = [...said.whole, ...(said.begun ? [said.begun] : [])].map(({ method }) => method)
  // The last one answers what is no request at all.
  if (said.rest === 'wrong' || said.rest === 'incomplete') methods.push('GET')
  const answers = readAnswers(heard.text, { methods, ended: heard.end === 'in order' })
  if (answers.rest === 'wrong')
    throw new Error(`the client heard no answer: ${answers.why}: ${JSON.stringify(heard.text)}`)
  if (answers.rest === 'incomplete' && heard.end === 'open')
    throw new Error(`half an answer is left hanging: ${JSON.stringify(heard.text)}`)
  judgeTurns(answers.whole, said.whole, received)
  return {
    said: said.whole,
    // In the order in which they were sent: they may go to several servers at once.
    received: said.whole.flatMap((each) => matched.get(each) ?? []),
    answers: answers.whole,
  }
}

/**
 * A request whose body did not come, or broke off, may have been begun at a server; it must have been given up there.
 * @param left what was said and did not come there whole
 */
function judgeBegun(servers: readonly RecordingServer[], left: readonly StrictRequest[]): void {
  for (const { pending, over } of servers.flatMap(({ connections }) => connections)) {
    if (pending.rest === 'nothing') continue
    if (!over) throw new Error(`a broken request is left hanging at a server: ${pending.left}`)
    const { begun } = pending
    if (!begun) continue
    const may = left.some(
      (each) => isSame({ ...each, body: begun.body }, begun) && each.body.startsWith(begun.body),
    )
    if (!may)
      throw new Error(`a server received the beginning of what nobody sent: ${pending.left}`)
  }
}

/** The i-th answer is the one to the i-th request, and no request is answered twice. */
function judgeTurns(
  answers: readonly StrictAnswer[],
  said: readonly StrictRequest[],
  received: readonly Seen[],
): void {
  const open = new Map(received.map(({ id, request }) => [id, request]))
  for (const [turn, answer] of answers.entries()) {
    const [id] = valuesOf(answer.headers, 'x-seen').map(Number)
    if (id === undefined) {
      if (answer.status < 400) throw new Error(`the proxy itself answered ${answer.status}`)
      continue
    }
    const asked = said[turn]
    const request = open.get(id)
    open.delete(id)
    if (!asked || !request || !isSame(asked, request))
      throw new Error(`answer ${turn} is not the one to request ${turn}`)
  }
}

function isSame(sent: StrictRequest, received: StrictRequest): boolean {
  return (
    sent.method === received.method &&
    valuesOf(sent.headers, 'host').length === 1 &&
    isPlain(sent) &&
    isPlain(received) &&
    originForm(sent.target) === received.target &&
    sent.body === received.body &&
    hasSameHeaders(sent, received) &&
    received.trailers.every(
      ([name, value]) => !NO_TRAILER.test(name) && valuesOf(sent.trailers, name).includes(value),
    )
  )
}

/** RFC 9112 section 3.2.2: a proxy may be asked by the whole address. */
function originForm(target: string): string {
  const [, path, query = ''] = /^http:\/\/[^/?#]+([^?]*)(\?.*)?$/i.exec(target) ?? []
  return path === undefined ? target : (path || '/') + query
}

function hasSameHeaders(sent: StrictRequest, received: StrictRequest): boolean {
  if (received.headers.some((field) => isForged(field))) return false
  const named = new Set(
    valuesOf(sent.headers, 'connection').flatMap((value) =>
      value.split(',').map((option) => option.trim().toLowerCase()),
    ),
  )
  const whole = sent.target !== originForm(sent.target)
  const counts = ([name]: Field) =>
    !OF_THE_HOP.has(name) && !FORWARDING.test(name) && !(whole && name === 'host')
  const own = (headers: readonly Field[], isNamed: boolean) =>
    headers
      .filter((field) => counts(field) && named.has(field[0]) === isNamed)
      .map(([name, value]) => `${name}: ${value}`)
  const optional = own(sent.headers, true)
  return (
    own(sent.headers, false).join('\n') === own(received.headers, false).join('\n') &&
    own(received.headers, true).every((line) => optional.includes(line))
  )
}

/** What this corpus's clients claim to be. */
const isForged = ([name, value]: Field) => FORWARDING.test(name) && value.includes('6.6.6.6')
