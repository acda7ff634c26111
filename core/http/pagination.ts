import type { FastifyRequest } from 'fastify'

import { LONGEST_PAGE, PAGE_MEDIA_TYPE, USUAL_PAGE } from '#core/contract/paging.ts'

/** Which part of a list is asked for, and in which form. */
export interface AskedPage {
  readonly offset: number
  readonly limit: number
  /** Whether the answer says where it stands among all. */
  readonly withPlace: boolean
}

export interface PageParams {
  readonly offset?: number | undefined
  readonly limit?: number | undefined
}

/** Reads which page is asked for. Clients that know of no pages get as much as a page can hold; `always`: they get its place as well. */
export function askedPage(
  request: FastifyRequest,
  { offset = 0, limit }: PageParams,
  { always = false } = {},
): AskedPage {
  const withPlace = acceptsPages(request.headers.accept)
  return {
    offset,
    limit: limit ?? (withPlace ? USUAL_PAGE : LONGEST_PAGE),
    withPlace: withPlace || always,
  }
}

/** The type itself must be named; with a weight it does not count (JupyterHub's reading). */
function acceptsPages(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((type) => type.trim() === PAGE_MEDIA_TYPE)
}

export interface PageAnswer<Items> {
  items: Items
  _pagination: {
    offset: number
    limit: number
    total: number
    next: { offset: number; limit: number; url: string } | null
  }
}

/**
 * The answer to a list: the items, or the page with its place, as was asked for.
 * @param total of everything that the asker may see under his conditions
 */
export function pageAnswer<Items>(
  { request, publicUrl }: { readonly request: FastifyRequest; readonly publicUrl: string },
  page: AskedPage,
  { items, total }: { readonly items: Items; readonly total: number },
): Items | PageAnswer<Items> {
  return page.withPlace ? withPlace({ request, publicUrl }, page, { items, total }) : items
}

/** The page with its place, whatever was asked for. */
export function withPlace<Items>(
  { request, publicUrl }: { readonly request: FastifyRequest; readonly publicUrl: string },
  { offset, limit }: AskedPage,
  { items, total }: { readonly items: Items; readonly total: number },
): PageAnswer<Items> {
  const after = offset + limit
  const next =
    after < total
      ? { offset: after, limit, url: addressOf(request.url, publicUrl, { offset: after, limit }) }
      : null
  return { items, _pagination: { offset, limit, total, next } }
}

function addressOf(
  asked: string,
  publicUrl: string,
  place: { readonly offset: number; readonly limit: number },
): string {
  const [path = '', query = ''] = asked.split('?', 2)
  const params = new URLSearchParams(query)
  for (const [name, value] of Object.entries(place)) params.set(name, String(value))
  return `${publicUrl}${path}?${params.toString()}`
}
