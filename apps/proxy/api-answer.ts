import type { IncomingMessage, ServerResponse } from 'node:http'

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

export function answerWith(response: ServerResponse, { status, type, text = '' }: ApiAnswer): void {
  // A body that was not read to its end would be taken for the next request.
  if (!response.req.complete) response.setHeader('connection', 'close')
  response.writeHead(status, {
    ...(type !== undefined && { 'content-type': type }),
    ...(status !== 204 && { 'content-length': Buffer.byteLength(text) }),
  })
  response.end(text)
}

/** @throws ApiError for a body that is too long or no JSON */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer
    length += bytes.length
    if (length > MOST_BODY_BYTES)
      throw new ApiError(413, `the body is longer than ${MOST_BODY_BYTES} bytes`)
    chunks.push(bytes)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw new ApiError(400, `the body is no JSON: ${why}`)
  }
}
