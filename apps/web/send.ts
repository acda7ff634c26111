import type { Send } from '#core/contract/client.ts'

/** Sends API calls as the person who is signed in; the token shows the hub that its own page asks. */
export function browserSend(xsrf: string): Send {
  return async ({ method, path, body, accept = 'application/json' }) => {
    const answer = await fetch(path, {
      method,
      headers: {
        accept,
        'x-xsrftoken': xsrf,
        ...(body !== null && { 'content-type': 'application/json' }),
      },
      body,
      redirect: 'error',
    })
    return { status: answer.status, text: await answer.text() }
  }
}
