import * as z from 'zod'

import type { Answer, Asked } from '../open-hub.ts'
import type { Known } from './requests.ts'

/** A hub that is asked, whatever it runs on. */
export interface FuzzTarget {
  ask(path: string, asked?: Asked): Promise<Answer>
}

/** Of an answer, what later requests name. */
const Made = z.object({
  id: z.string().optional(),
  code: z.string().optional(),
  sessions: z.array(z.object({ id: z.string() })).optional(),
})

/** Things to ask about, in whichever order they need each other. A hub that refuses one goes without it. */
const THINGS: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ['POST', '/users/cyd'],
  ['POST', '/users/dot'],
  ['POST', '/groups/lab', { users: ['bob'] }],
  ['POST', '/groups/den', { users: ['cyd'] }],
  ['POST', '/services/made', { display: true }],
  ['PUT', '/users/bob/servers/work', {}],
  ['PUT', '/users/cyd/servers/desk', {}],
  ['POST', '/users/cyd/server'],
  ['POST', '/users/dot/server'],
  ['DELETE', '/users/dot/server'],
  ['POST', '/shares/cyd/', { user: 'bob' }],
  ['POST', '/shares/bob/work', { user: 'cyd' }],
  ['POST', '/shares/bob/work', { group: 'den' }],
]

/** Puts things into a hub, and says what they are called, by the names that paths and queries have for them. */
export async function furnish(
  target: FuzzTarget,
  headers: Readonly<Record<string, string>>,
): Promise<Known> {
  const say = async (method: string, path: string, body?: unknown) => {
    const { text } = await target.ask(`/hub/api${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return Made.parse(text.startsWith('{') ? JSON.parse(text) : {})
  }
  for (const [method, path, body] of THINGS) await say(method, path, body)
  const token = await say('POST', '/users/bob/tokens', { note: 'fuzzed' })
  const code = await say('POST', '/share-codes/bob/work', {})
  const { sessions = [] } = await say('GET', '/users/bob/sessions')
  return {
    user: ['bob', 'cyd', 'ada'],
    owner: ['bob', 'cyd'],
    name: ['work', 'desk'],
    server: ['work', 'desk', ''],
    group: ['den', 'lab'],
    service: ['made'],
    'tokens/token': [token.id ?? ''],
    'tokens/id': [token.id ?? ''],
    'sessions/id': sessions.map(({ id }) => id),
    id: [code.id ?? ''],
    code: [code.code ?? 'x'],
  }
}
