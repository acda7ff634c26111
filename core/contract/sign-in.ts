import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing, UserParams } from './params.ts'

export const makeSignUpLink = endpoint({
  method: 'POST',
  path: '/users/:user/sign-up-link',
  summary: 'A one-time link under which the person chooses a first password (ours)',
  scopes: ['admin:users'],
  audit: 'sign-up-link.make',
  params: UserParams,
  body: nothing,
  output: z.object({ url: z.string(), expires_at: z.iso.datetime() }),
  status: 201,
})

export const makeSetUpLink = endpoint({
  method: 'POST',
  path: '/set-up-link',
  summary:
    'A new one-time link under which the first admin is made; the old one is void (ours, operator only)',
  scopes: ['operator'],
  audit: 'set-up-link.make',
  params: z.object({}),
  body: nothing,
  output: z.object({ url: z.string(), expires_at: z.iso.datetime() }),
  status: 201,
})

/** Posted by the set-up page: who holds the code becomes the first admin. Answers a signed-in session. */
export const useSetUp = endpoint({
  method: 'POST',
  path: '/set-up',
  summary: 'Make the first admin (ours)',
  scopes: [],
  audit: 'set-up',
  params: z.object({}),
  body: z.strictObject({
    code: z.string().max(128),
    name: z.string().max(1024),
    password: z.string().max(4096),
  }),
  output: z.object({ next: z.string() }),
  status: 201,
})

/** Posted by the sign-up page. Answers a signed-in session. */
export const useSignUp = endpoint({
  method: 'POST',
  path: '/sign-up',
  summary: 'Choose a first password under a one-time link (ours)',
  scopes: [],
  audit: 'sign-up',
  params: z.object({}),
  body: z.strictObject({ code: z.string().max(128), password: z.string().max(4096) }),
  output: z.object({ next: z.string() }),
  status: 201,
})

/** Whose sign-up link a code is, so that the page can greet him. */
export const readSignUp = endpoint({
  method: 'POST',
  path: '/sign-up/check',
  summary: 'Whose link it is (ours)',
  scopes: [],
  audit: null,
  params: z.object({}),
  body: z.strictObject({ code: z.string().max(128) }),
  output: z.object({ name: z.string() }),
  status: 200,
})
