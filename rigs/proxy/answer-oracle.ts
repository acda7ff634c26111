import type { Heard, Spoken } from './stage.ts'
import {
  type Field,
  isPlain,
  readAnswers,
  readRequests,
  type Reading,
  type StrictAnswer,
} from './strict-reading.ts'

/** What the proxy itself answers in place of a server that gave no answer. */
const FAILED = [502, 503, 504]

/** More than that in a head, in trailers or of interim answers is nothing that a proxy must pass on. */
const MOST_BYTES = 60_000
const MOST_INTERIM = 10

/** Of one hop, or about the framing. */
const OF_THE_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'via',
])

type Verdict = 'whole' | 'cut' | 'failed' | 'waiting'

interface Compared {
  readonly written: ReturnType<typeof readAnswers>
  readonly got: ReturnType<typeof readAnswers>
  /** How the server ended. */
  readonly end: Spoken['end']
  readonly heard: Heard
  /** More than a proxy has to pass on. */
  readonly tooMuch: boolean
}

class Unlike extends Error {}

/**
 * Holds what a client heard against what a server wrote: the one answer that the server's bytes begin with when they are read
 * strictly, whole; or its beginning, and a cut that no client can take for its end; or the proxy's own word that there is none.
 * @throws Error with what is not so
 */
export function judgeAnswer({ request, pieces, end }: Spoken, heard: Heard): Verdict {
  const methods = [readRequests(request).whole[0]?.method ?? 'GET']
  const text = pieces.join('')
  const written = readAnswers(text, { methods, ended: end === 'in order' })
  const got = readAnswers(heard.text, { methods, ended: heard.end === 'in order' })
  // Behind an interim answer that says that the connection ends, nothing is read.
  const endsEarly = written.interim > 0 && /^connection:.*close/im.test(text)
  const tooMuch = text.length > MOST_BYTES || written.interim > MOST_INTERIM || endsEarly
  try {
    if (got.rest === 'wrong') throw new Unlike(`no answer: ${got.why}`)
    if (got.interim > written.interim + 1) throw new Unlike('interim answers that nobody gave')
    const compared = { written, got, end, heard, tooMuch }
    if (got.whole[0]) return judgeWhole(got.whole[0], compared)
    return got.begun ? judgeBegun(got.begun, compared) : judgeNothing(compared)
  } catch (error) {
    if (!(error instanceof Unlike)) throw error
    const told = `written: ${JSON.stringify(pieces)}\nheard: ${JSON.stringify(heard)}`
    throw new Error(`${error.message}\n${told}`, { cause: error })
  }
}

function judgeWhole(answer: StrictAnswer, { written, end, tooMuch }: Compared): Verdict {
  const [right] = written.whole
  if (right && isPlain(right) && isSame(right, answer) && right.body === answer.body) return 'whole'
  if (FAILED.includes(answer.status) && (tooMuch || mayFail(written, end))) return 'failed'
  throw new Unlike('not the answer that the server gave')
}

function judgeBegun(begun: StrictAnswer, { written, end, heard, tooMuch }: Compared): Verdict {
  const [right] = written.whole
  const cut = right ?? written.begun
  if (!cut || !isPlain(cut) || !isSame(cut, begun) || !cut.body.startsWith(begun.body))
    throw new Unlike('the beginning of an answer that the server did not give')
  if (heard.end === 'open') return judgeWaiting(written, end)
  if (right && end !== 'cut' && !tooMuch) throw new Unlike('a whole answer was cut')
  return 'cut'
}

function judgeNothing({ written, got, end, heard }: Compared): Verdict {
  if (got.left !== '') throw new Unlike('half a head')
  if (heard.end !== 'open') throw new Unlike('an end without a word')
  return judgeWaiting(written, end)
}

function judgeWaiting(written: Reading<StrictAnswer>, end: Spoken['end']): Verdict {
  const { whole, rest, begun, left } = written
  // A head is judged when it is whole.
  if (whole.length === 0 && !begun && !left.includes('\r\n\r\n') && end === 'stay') return 'waiting'
  if (end !== 'stay' || rest === 'wrong' || (whole.length > 0 && rest === 'nothing'))
    throw new Unlike('nothing was made of what the server did')
  return 'waiting'
}

/** A whole answer is passed on, but for a change of protocols that nobody asked for. */
function mayFail({ whole: [right] }: Reading<StrictAnswer>, end: Spoken['end']): boolean {
  return right === undefined || right.status === 101 || !isPlain(right) || end === 'cut'
}

function isSame(written: StrictAnswer, heard: StrictAnswer): boolean {
  const named = new Set(
    written.headers
      .filter(([name]) => name === 'connection')
      .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase())),
  )
  const own = (headers: readonly Field[]) =>
    headers
      .filter(([name]) => !OF_THE_HOP.has(name) && !named.has(name))
      .map(([name, value]) => `${name}: ${value}`)
  const has = own(written.headers)
  // A date is added to what has none (RFC 9110 section 6.6.1).
  const dated = written.headers.some(([name]) => name === 'date')
  const got = own(heard.headers).filter((line) => dated || !line.startsWith('date: '))
  return (
    written.status === heard.status &&
    written.reason === heard.reason &&
    has.join('\n') === got.join('\n') &&
    heard.trailers.every(([name, value]) =>
      written.trailers.some(([n, v]) => n === name && v === value),
    )
  )
}
