import type * as z from 'zod'

import { callPage, type Send } from '#core/contract/client.ts'
import type { Endpoint } from '#core/contract/endpoint.ts'
import { LONGEST_PAGE, type pageOrItems } from '#core/contract/paging.ts'

/** All that a list holds, a page at a time. */
export async function everyPage<Params extends z.ZodType, Item extends z.ZodType>(
  send: Send,
  endpoint: Endpoint<Params, z.ZodType, ReturnType<typeof pageOrItems<z.ZodArray<Item>>>>,
  params: Readonly<Record<string, string | number>> = {},
): Promise<readonly z.output<Item>[]> {
  const all: z.output<Item>[] = []
  for (;;) {
    const { items, _pagination: place } = await callPage(send, endpoint, {
      params: { ...params, offset: all.length, limit: LONGEST_PAGE },
    })
    all.push(...items)
    if (place.next === null || items.length === 0) return all
  }
}
