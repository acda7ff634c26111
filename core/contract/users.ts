import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { UserBody } from './models.ts'
import { nothing, UserParams } from './params.ts'

export const listUsers = endpoint({
  method: 'GET',
  path: '/users',
  summary: 'People, in order of their making',
  scopes: ['list:users'],
  params: z.object({
    offset: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(200).default(200),
  }),
  body: nothing,
  output: z.array(UserBody),
  status: 200,
})

export const getUser = endpoint({
  method: 'GET',
  path: '/users/:user',
  summary: 'One person',
  scopes: ['read:users', 'read:users:name', 'read:users:activity', 'read:servers'],
  params: UserParams,
  body: nothing,
  output: UserBody,
  status: 200,
})

export const addUser = endpoint({
  method: 'POST',
  path: '/users/:user',
  summary: 'Make a person',
  scopes: ['admin:users'],
  params: UserParams,
  body: z
    .strictObject({
      admin: z.boolean().default(false),
      password: z.string().max(1024).optional().describe('ours: a first password'),
    })
    .prefault({}),
  output: UserBody,
  status: 201,
})

export const removeUser = endpoint({
  method: 'DELETE',
  path: '/users/:user',
  summary: 'Remove a person, stopping his servers; his files stay',
  scopes: ['delete:users'],
  params: UserParams,
  body: nothing,
  output: z.void(),
  status: 204,
})
