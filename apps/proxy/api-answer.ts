import { STATUS_CODES } from 'node:http'

import type { Exchange, ExchangeListener } from '#core/forwarding/exchange.ts'

/** A body of the API: routes with a few names attached, never more. */
const MOST_BODY_BYTES = 1024 * 1024

export interface ApiAnswer {
  readonly status: number
  readonly type?: string
  readonly text?: string
}

/** What is wrong with a request, in a sentence. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number

  constructor(status: number, sentence: string) {
    super(sentence)
    this.status = status
  }
}

export function json(value: object): ApiAnswer {
  return { status: 200, type: 'application/json', text: JSON.stringify(value) }
}

export function answerWith(exchange: Exchange, { status, type, text = '' }: ApiAnswer): void {
  const headers = type === undefined ? [] : ['Content-Type', type]
  const head = { status, reason: STATUS_CODES[status] ?? '', headers }
  if (status !== 204) return exchange.answer({ ...head, body: Buffer.from(text) })
  // It has no body, and no length to speak of (RFC 9110 section 8.6).
  exchange.begin(head, 'none')
  exchange.end([])
}

/** @throws ApiError for a body that is too long or no JSON */
export async function readJson(exchange: Exchange): Promise<unknown> {
  const text = exchange.hasBody ? await new BodyReader(exchange).text : ''
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw new ApiError(400, `the body is no JSON: ${why}`)
  }
}

class BodyReader implements ExchangeListener {
  readonly #exchange: Exchange
  readonly #pieces: Buffer[] = []
  readonly #whole = Promise.withResolvers<string>()
  #length = 0

  constructor(exchange: Exchange) {
    this.#exchange = exchange
    if (exchange.expectsContinue) exchange.inform({ status: 100, reason: 'Continue', headers: [] })
    exchange.receive(this)
  }

  get text(): Promise<string> {
    return this.#whole.promise
  }

  received(piece: Buffer): void {
    this.#length += piece.length
    if (this.#length <= MOST_BODY_BYTES) return void this.#pieces.push(piece)
    this.#exchange.pause()
    this.#whole.reject(new ApiError(413, `the body is longer than ${MOST_BODY_BYTES} bytes`))
  }

  receivedAll(): void {
    const [first] = this.#pieces
    const all = first && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces)
    this.#whole.resolve(all.toString())
  }

  closed(): void {
    this.#whole.reject(new ApiError(400, 'the body was cut off'))
  }

  flush(): void {}

  drained(): void {}
}
