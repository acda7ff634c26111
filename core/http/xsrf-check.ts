import type { FastifyRequest } from 'fastify'

import type { Caller } from './caller.ts'
import { clientAddress } from './door.ts'
import { Refused } from './refused.ts'
import {
  firstValidXsrfCookie,
  makeXsrfToken,
  needsXsrfCheck,
  verifyXsrfToken,
  xsrfIdOf,
} from './xsrf.ts'

/** The token that this browser's forms must send, and whether the browser has yet to be given it as a cookie. */
export function xsrfOf(
  request: FastifyRequest,
  caller: Caller | undefined,
  secret: string,
): { readonly token: string; readonly isNew: boolean } {
  const id = idOf(request, caller)
  const there = firstValidXsrfCookie(request.headers.cookie, secret, id)
  return there === undefined
    ? { token: makeXsrfToken(secret, id), isNew: true }
    : { token: there, isNew: false }
}

/**
 * Refuses what a page of another origin could have made the browser send. Only browsers are asked: a token in the
 * Authorization header, or the operator's socket, is nothing that a page can use.
 * @throws HubError `forbidden`
 */
export function checkXsrf(
  request: FastifyRequest,
  caller: Caller | undefined,
  { secret, isApi }: { readonly secret: string; readonly isApi: boolean },
): void {
  const needed = needsXsrfCheck({
    method: request.method,
    secFetchMode: one(request.headers['sec-fetch-mode']),
    secFetchSite: one(request.headers['sec-fetch-site']),
    authenticatedBy: credentialOf(caller),
    isApi,
  })
  if (!needed) return
  if (isFromElsewhere(request))
    throw new Refused(
      'xsrf.refused',
      'forbidden',
      'This was sent by a page of another address than the hub’s.',
    )
  const given = sentToken(request)
  if (given === undefined)
    throw new Refused(
      'xsrf.refused',
      'forbidden',
      `'_xsrf' argument missing from ${request.method}`,
    )
  if (!verifyXsrfToken(secret, idOf(request, caller), given)) {
    throw new Refused(
      'xsrf.refused',
      'forbidden',
      'This form is out of date (its _xsrf does not match). Load the page again and repeat.',
    )
  }
}

/**
 * Whether the browser says that another origin's page had it change something. Who is not signed in is known by his address and browser
 * alone, which somebody behind the same address may share, and so have the same token: his page must not sign others in.
 */
function isFromElsewhere({ method, headers }: FastifyRequest): boolean {
  const site = one(headers['sec-fetch-site'])
  return !['GET', 'HEAD', 'OPTIONS'].includes(method) && site !== undefined && !OWN.has(site)
}

/** `none`: typed or opened by the person himself. */
const OWN: ReadonlySet<string> = new Set(['same-origin', 'none'])

function credentialOf(caller: Caller | undefined): 'token' | 'cookie' | 'none' | 'operator' {
  switch (caller?.by) {
    case undefined:
      return 'none'
    case 'session':
      return 'cookie'
    case 'operator':
      return 'operator'
    case 'token':
    case 'password':
    case 'service':
      return 'token'
  }
}

function sentToken(request: FastifyRequest): string | undefined {
  const header = one(request.headers['x-xsrftoken']) ?? one(request.headers['x-csrftoken'])
  return header ?? fieldOf(request.query) ?? fieldOf(request.body)
}

function fieldOf(source: unknown): string | undefined {
  if (typeof source !== 'object' || source === null || !('_xsrf' in source)) return undefined
  return typeof source._xsrf === 'string' ? source._xsrf : undefined
}

function idOf(request: FastifyRequest, caller: Caller | undefined): string {
  return xsrfIdOf(
    caller?.by === 'session'
      ? { sessionId: caller.session.id }
      : {
          anonymous: {
            address: clientAddress(request.raw),
            userAgent: request.headers['user-agent'] ?? '',
          },
        },
  )
}

const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value)
