import type { FastifyReply, FastifyRequest } from 'fastify'

import type { Refusal } from './errors.ts'
import type { PageTools } from './page-tools.ts'

/** What people are told beside the message: a title, and what they can do. */
const WORDS: Readonly<Record<number, { title: string; message: string; hint: string }>> = {
  400: {
    title: 'That could not be understood',
    message: 'The request was not well-formed.',
    hint: 'Go back, check what was typed, and try again.',
  },
  403: {
    title: 'Not allowed',
    message: 'You may not see this.',
    hint: 'If you should be able to, ask whoever runs this hub, or sign in as somebody else.',
  },
  404: {
    title: 'Nothing here',
    message: 'There is no such page.',
    hint: 'Check the address, or start again from home.',
  },
  429: {
    title: 'Too many tries',
    message: 'Please wait a moment.',
    hint: 'Try again a little later.',
  },
  500: {
    title: 'Something went wrong',
    message: 'The hub met something unforeseen.',
    hint: 'Try again. If it stays, tell whoever runs this hub, with the number below.',
  },
  503: {
    title: 'Not there at the moment',
    message: 'What you asked for does not answer.',
    hint: 'Wait a few seconds and load the page again. From home you can start the server anew.',
  },
}

const FALLBACK = {
  title: 'That did not work',
  message: 'The request was refused.',
  hint: 'Go home and try again.',
}

/** Answers a refusal: JSON below `/hub/api` and to programs, a page to people. */
export async function sendError(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, message, id, retryAfter }: Refusal,
  { pages, caller }: PageTools,
): Promise<FastifyReply> {
  if (retryAfter !== undefined) void reply.header('retry-after', retryAfter)
  if (wantsJson(request)) {
    return reply
      .code(status)
      .type('application/json')
      .send({ status, message, ...(id !== null && { id }) })
  }
  const words = WORDS[status] ?? (status >= 500 ? WORDS[500] : undefined) ?? FALLBACK
  // Who is looking only adds to the header of the page; a store that does not answer must not keep the page away.
  const viewer = await caller(request).catch(() => undefined)
  const title =
    status === 503 && message.startsWith('This server is gone')
      ? 'This server is gone'
      : words.title
  return pages.send(request, reply, {
    status,
    viewer,
    body: { page: 'error', status, title, message: message || words.message, hint: words.hint, id },
  })
}

/** The one page below `/hub/api` is the one where people are asked for consent. */
function wantsJson({ url, headers }: FastifyRequest): boolean {
  const accept = headers.accept ?? ''
  const isApi = url.startsWith('/hub/api') && !url.startsWith('/hub/api/oauth2/authorize')
  return isApi || (accept.includes('application/json') && !accept.includes('text/html'))
}
