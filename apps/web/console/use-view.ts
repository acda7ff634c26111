import { useEffect, useState } from 'react'

export const STATES = ['', 'ready', 'active', 'inactive'] as const
export const SORTS = ['name', '-name', 'last_activity', '-last_activity', 'id', '-id'] as const

/** Which people are shown, and in which order; kept in the address, so that it can be reloaded and sent on. */
export interface View {
  readonly search: string
  readonly state: (typeof STATES)[number]
  readonly sort: (typeof SORTS)[number]
  /** From 1. */
  readonly page: number
}

const USUAL: View = { search: '', state: '', sort: 'name', page: 1 }

/** Reads the address's query; what makes no sense there counts as not said. */
export function readView(query: string): View {
  const asked = new URLSearchParams(query)
  const page = Number(asked.get('page') ?? '1')
  return {
    search: asked.get('search') ?? '',
    state: STATES.find((state) => state === asked.get('state')) ?? USUAL.state,
    sort: SORTS.find((sort) => sort === asked.get('sort')) ?? USUAL.sort,
    page: Number.isInteger(page) && page > 0 ? page : 1,
  }
}

/** The query for the address: only what differs from the usual. */
export function writeView(view: View): string {
  const said = new URLSearchParams()
  for (const key of ['search', 'state', 'sort', 'page'] as const)
    if (view[key] !== USUAL[key]) said.set(key, String(view[key]))
  const query = said.toString()
  return query === '' ? '' : `?${query}`
}

/** The view of the address, and how to change it. Anything but the page itself goes back to the first page. */
export function useView(): readonly [View, (change: Partial<View>) => void] {
  const [view, setView] = useState(() => readView(globalThis.location.search))
  useEffect(() => {
    globalThis.history.replaceState(null, '', globalThis.location.pathname + writeView(view))
  }, [view])
  return [view, (change) => setView((before) => ({ ...before, page: 1, ...change }))]
}
