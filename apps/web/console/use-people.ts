import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'

import { callPage, type Send } from '#core/contract/client.ts'
import type { UserBody } from '#core/contract/models.ts'
import { listUsers } from '#core/contract/users.ts'

import { said } from '../said.ts'
import type { View } from './use-view.ts'

const PAGE_SIZE = 50
const REFRESH_MS = 5000

interface People {
  readonly people: readonly UserBody[]
  readonly total: number
  readonly pages: number
  /** Why what is shown may be out of date. */
  readonly trouble: string | null
  readonly loading: boolean
}

/** One page of people, asked for again every few seconds. */
export function usePeople(send: Send, { search, state, sort, page }: View): People {
  const params = {
    offset: (page - 1) * PAGE_SIZE,
    limit: PAGE_SIZE,
    sort,
    ...(state !== '' && { state }),
    ...(search !== '' && { name_filter: search }),
  }
  const query = useQuery({
    queryKey: ['people', params],
    queryFn: () => callPage(send, listUsers, { params }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  })
  const total = query.data?._pagination.total ?? 0
  return {
    people: query.data?.items ?? [],
    total,
    pages: Math.max(1, Math.ceil(total / PAGE_SIZE)),
    trouble: query.isError ? said(query.error) : null,
    loading: query.data === undefined,
  }
}

/** Something that is done to people or groups; the lists are asked for again when it is over. */
export function useDoing<Given>(run: (given: Given) => Promise<unknown>) {
  const queries = useQueryClient()
  const doing = useMutation({
    mutationFn: run,
    onSettled: () => queries.invalidateQueries(),
  })
  return {
    start: (given: Given) => doing.mutate(given),
    busy: doing.isPending,
    error: doing.isError ? said(doing.error) : null,
    forget: () => doing.reset(),
  }
}
