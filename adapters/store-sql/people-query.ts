import { type ExpressionBuilder, type Kysely, type SelectQueryBuilder, sql } from 'kysely'

import type { PeopleOrder, PeopleQuery } from '#core/domain/users/user-store.ts'
import type { User } from '#core/domain/users/user.ts'

import { selectPeople, toUser } from './person-rows.ts'
import type { Tables } from './tables.ts'

type Builder = ExpressionBuilder<Tables, 'users'>

/** Also ended ones that are still on their way down. */
const ACTIVE = ['spawning', 'ready', 'stopping']

/** A page of people and, where that is wanted, how many there are, in one question. */
export async function listPeople(
  db: Kysely<Tables>,
  query: PeopleQuery,
): Promise<{ readonly items: readonly User[]; readonly total: number }> {
  const fitting = db.selectFrom('users').where((eb) => conditionOf(eb, query))
  const counted = fitting.select(({ fn }) => fn.countAll<number>().as('total'))
  // The page is cut from the bare ids, so that groups are looked up for those alone who are on it.
  const page = inOrder(fitting.select('id'), query.sort).limit(query.limit).offset(query.offset)
  const rows = await inOrder(selectPeople(db), query.sort)
    .$if(query.uncounted !== true, (rows) => rows.select(counted.as('total')))
    .where('id', 'in', page)
    .execute()
  if (query.uncounted === true) return { items: rows.map(toUser), total: rows.length }
  // Behind the last page there is no row that could say how many there are.
  const total = rows[0]?.total ?? (await counted.executeTakeFirstOrThrow()).total
  return { items: rows.map(toUser), total }
}

/** Those who were never active first, in both databases. */
function inOrder<Row>(
  query: SelectQueryBuilder<Tables, 'users', Row>,
  { by, descending }: PeopleOrder = { by: 'id', descending: false },
): SelectQueryBuilder<Tables, 'users', Row> {
  const direction = descending ? 'desc' : 'asc'
  // As the indexes are, so that a page is read from one and nothing is sorted. Names are all there, and no two are alike.
  if (by === 'name') return query.orderBy('users.name', direction)
  const ordered =
    by === 'id'
      ? query
      : query.orderBy(`users.${by}`, (ob) =>
          descending ? ob.desc().nullsLast() : ob.asc().nullsFirst(),
        )
  return ordered.orderBy('users.id', direction)
}

function conditionOf(eb: Builder, { reach, state, nameContains }: PeopleQuery) {
  return eb.and([
    ...(reach === undefined || reach === 'everything' ? [] : [reachedBy(eb, reach)]),
    ...(state === undefined ? [] : [inState(eb, state)]),
    ...(nameContains === undefined
      ? []
      : [sql<boolean>`users.name like ${`%${escaped(nameContains)}%`} escape '\\'`]),
  ])
}

function reachedBy(
  eb: Builder,
  { users, groups }: { readonly users: readonly string[]; readonly groups: readonly string[] },
) {
  return eb.or([
    eb('users.name', 'in', users),
    eb.exists(
      eb
        .selectFrom('group_members')
        .innerJoin('groups', 'groups.id', 'group_members.group_id')
        .select('group_members.user_id')
        .whereRef('group_members.user_id', '=', 'users.id')
        .where('groups.name', 'in', groups),
    ),
  ])
}

function inState(eb: Builder, state: 'active' | 'ready' | 'inactive') {
  const running = eb.exists(
    eb
      .selectFrom('servers')
      .select('servers.user_id')
      .whereRef('servers.user_id', '=', 'users.id')
      .where('servers.state', 'in', state === 'ready' ? ['ready'] : ACTIVE),
  )
  return state === 'inactive' ? eb.not(running) : running
}

/** `%` and `_` are letters of names too. */
const escaped = (text: string) => text.replaceAll(/[\\%_]/g, (char) => `\\${char}`)
