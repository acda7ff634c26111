/**
 * HTTP/1.1 messages read by the letter of RFC 9112, slowly and with no leniency at all: what the proxy's own parser takes must be
 * something that this one takes in the same way. It shares no code with the proxy. Text is latin1, so a character is a byte.
 */
export type Field = readonly [name: string, value: string]

interface Message {
  readonly version: '1.0' | '1.1'
  /** Names in lower case, in the order in which they came. */
  readonly headers: readonly Field[]
  /** Without its framing; what has come so far, when the message is not whole. */
  body: string
  trailers: readonly Field[]
}

export interface StrictRequest extends Message {
  readonly method: string
  readonly target: string
}

export interface StrictAnswer extends Message {
  readonly status: number
  readonly reason: string
}

/** What some bytes say. */
export interface Reading<M> {
  readonly whole: readonly M[]
  /** What follows the last whole message: nothing, the beginning of another one, or something that none can begin with. */
  readonly rest: 'nothing' | 'incomplete' | 'wrong'
  /** The message that the rest belongs to, if its head is whole. */
  readonly begun: M | undefined
  /** What follows the last whole message. */
  readonly left: string
  readonly why: string
}

class Wrong extends Error {}
class Incomplete extends Error {}
class Waiting extends Error {}

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** RFC 9110 section 5.5, with obs-text: no control character but the tab. */
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
/**
 * RFC 9112 section 3: more than one blank between the parts may be taken for one; what is sent on has one. Two other names of
 * protocols are taken for that of HTTP by llhttp; what is sent on is HTTP.
 */
const REQUEST_LINE = /^([^ ]+) +([\u0021-\u007e\u0080-\u00ff]+) +(?:HTTP|RTSP|ICE)\/(1\.[01])$/
const STATUS_LINE =
  /^(?:HTTP|RTSP|ICE)\/(1\.[01]) ([1-9]\d\d)(?: ([\t\u0020-\u007e\u0080-\u00ff]*))?$/
/** RFC 9112 section 7.1.1, without the blanks that only a recipient tolerates; llhttp takes an empty name before the next, and an empty value. Extensions end here. */
const EXTENSIONS =
  /^(?:;(?=;)|;[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]*|"(?:[\t \u0021\u0023-\u005b\u005d-\u007e\u0080-\u00ff]|\\[\t\u0020-\u007e\u0080-\u00ff])*"))?)*$/

class Cursor {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  get atEnd(): boolean {
    return this.at >= this.text.length
  }

  /** Up to the next CR LF. Neither stands alone in a message's head. */
  line(): string {
    const end = this.text.indexOf('\r\n', this.at)
    const line = this.text.slice(this.at, end === -1 ? undefined : end)
    if (/[\r\n]./s.test(line) || (end !== -1 && /[\r\n]/.test(line)) || line.endsWith('\n'))
      throw new Wrong('a CR or LF stands alone')
    if (end === -1) throw new Incomplete('a line is not whole')
    this.at = end + 2
    return line
  }

  /** Section 2.2 has empty lines before a message left out; a CR or LF alone hides nothing there either. */
  skipLineEnds(): void {
    while (/[\r\n]/.test(this.text[this.at] ?? '')) this.at++
  }

  fields(): readonly Field[] {
    const fields: Field[] = []
    for (let line = this.line(); line !== ''; line = this.line()) {
      const colon = line.indexOf(':')
      const name = line.slice(0, Math.max(colon, 0))
      if (!TOKEN.test(name)) throw new Wrong(`no field name: ${JSON.stringify(line)}`)
      const value = line.slice(colon + 1)
      if (!VALUE.test(value)) throw new Wrong(`no field value: ${JSON.stringify(value)}`)
      fields.push([name.toLowerCase(), value.replaceAll(/^[\t ]+|[\t ]+$/g, '')])
    }
    return fields
  }

  /** So many bytes, put to the body as they come. */
  take(length: number, message: Message): void {
    const piece = this.text.slice(this.at, this.at + length)
    message.body += piece
    this.at += piece.length
    if (piece.length < length) throw new Incomplete('the body is not whole')
  }

  chunks(message: Message): void {
    for (;;) {
      const [, digits, extensions = ''] = /^([0-9A-Fa-f]+)(.*)$/s.exec(this.line()) ?? []
      if (digits === undefined || !EXTENSIONS.test(extensions)) throw new Wrong('no chunk size')
      const size = Number.parseInt(digits, 16)
      if (digits.replace(/^0+/, '').length > 16) throw new Wrong('the chunk is too large')
      if (size === 0) break
      this.take(size, message)
      if (this.line() !== '') throw new Wrong('the chunk is longer than it says')
    }
    message.trailers = this.fields()
    if (valuesOf(message.trailers, 'content-length').length > 0)
      throw new Wrong('a length behind the body')
  }
}

export const valuesOf = (fields: readonly Field[], wanted: string): readonly string[] =>
  fields.filter(([name]) => name === wanted).map(([, value]) => value)

/** Whether there is no coding but the plain chunked one: others are never passed on. */
export const isPlain = ({ headers }: Pick<Message, 'headers'>) =>
  valuesOf(headers, 'transfer-encoding').every((coding) => coding.toLowerCase() === 'chunked') &&
  valuesOf(headers, 'transfer-encoding').length <= 1

/** How long a body is, by RFC 9112 section 6.3; null: nothing says it. */
function framing({ headers, version }: Message): 'chunked' | number | null {
  const codings = valuesOf(headers, 'transfer-encoding')
  const lengths = valuesOf(headers, 'content-length')
  if (codings.length > 0) {
    if (lengths.length > 0) throw new Wrong('both Content-Length and Transfer-Encoding')
    if (version === '1.0') throw new Wrong('Transfer-Encoding in HTTP/1.0')
    if (!/^(?:[\w\t ]+,)*[\t ]*chunked$/i.test(codings.join(',')))
      throw new Wrong('a Transfer-Encoding that does not end in chunked')
    return 'chunked'
  }
  if (lengths.length === 0) return null
  const length = Number(lengths[0])
  if (lengths.length > 1 || !/^\d+$/.test(lengths[0] ?? '') || length > Number.MAX_SAFE_INTEGER)
    throw new Wrong('no Content-Length')
  return length
}

/** Reads one message after the other. `read` announces each as soon as its head is whole. */
function readAll<M>(text: string, read: (cursor: Cursor, begun: (message: M) => void) => M) {
  const cursor = new Cursor(text)
  const whole: M[] = []
  let begun: M | undefined
  let start = 0
  try {
    while (!cursor.atEnd) {
      begun = undefined
      cursor.skipLineEnds()
      if (cursor.atEnd) break
      start = cursor.at
      whole.push(read(cursor, (message) => (begun = message)))
    }
  } catch (error) {
    if (error instanceof Waiting)
      return { whole, rest: 'nothing' as const, begun: undefined, left: '', why: '' }
    if (!(error instanceof Wrong || error instanceof Incomplete)) throw error
    const rest = error instanceof Wrong ? ('wrong' as const) : ('incomplete' as const)
    return { whole, rest, begun, left: text.slice(start), why: error.message }
  }
  return { whole, rest: 'nothing' as const, begun: undefined, left: '', why: '' }
}

/** What a server may take these bytes for. */
export function readRequests(text: string): Reading<StrictRequest> {
  return readAll<StrictRequest>(text, (cursor, begun) => {
    const [, method, target, version] = REQUEST_LINE.exec(cursor.line()) ?? []
    if (method === undefined || target === undefined || !TOKEN.test(method))
      throw new Wrong('no request line')
    const message: StrictRequest = {
      method,
      target,
      version: version === '1.0' ? '1.0' : '1.1',
      headers: cursor.fields(),
      body: '',
      trailers: [],
    }
    const length = framing(message)
    begun(message)
    if (length === 'chunked') cursor.chunks(message)
    else cursor.take(length ?? 0, message)
    return message
  })
}

/**
 * What a client may take these bytes for.
 * @param methods of the requests that were sent, in turn: an answer to HEAD has no body
 * @param ended whether the server has ended the connection in order: then a body that nothing else delimits is whole
 */
export function readAnswers(
  text: string,
  { methods, ended }: { readonly methods: readonly string[]; readonly ended: boolean },
): Reading<StrictAnswer> & { readonly interim: number } {
  let answered = 0
  let interim = 0
  const reading = readAll<StrictAnswer>(text, (cursor, begun) => {
    let message = readHead(cursor)
    while (message.status < 200 && message.status !== 101) {
      interim++
      cursor.skipLineEnds()
      // More than that is not needed of an answer that has not come.
      if (cursor.atEnd) throw new Waiting()
      message = readHead(cursor)
    }
    const length = framing(message)
    begun(message)
    const method = methods[answered++]
    if (method === undefined) throw new Wrong('an answer that nobody asked for')
    if (message.status === 101) cursor.take(text.length - cursor.at, message)
    else if (method === 'HEAD' || message.status === 204 || message.status === 304) return message
    else if (length === 'chunked') cursor.chunks(message)
    else if (length !== null) cursor.take(length, message)
    else {
      cursor.take(text.length - cursor.at, message)
      if (!ended) throw new Incomplete('the body ends with the connection')
    }
    return message
  })
  return { ...reading, interim }
}

function readHead(cursor: Cursor): StrictAnswer {
  const [, version, status, reason = ''] = STATUS_LINE.exec(cursor.line()) ?? []
  if (status === undefined) throw new Wrong('no status line')
  const headers = cursor.fields()
  const head = { version: version === '1.0' ? ('1.0' as const) : ('1.1' as const), headers }
  return { ...head, status: Number(status), reason, body: '', trailers: [] }
}
