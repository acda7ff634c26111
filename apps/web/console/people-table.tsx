import { UnstyledButton } from '@mantine/core'

import type { Send } from '#core/contract/client.ts'
import type { UserBody } from '#core/contract/models.ts'
import type { PageOf } from '#core/contract/pages.ts'

import { PersonRow } from './person-row.tsx'
import type { View } from './use-view.ts'

interface PeopleTableProps {
  readonly send: Send
  readonly people: readonly UserBody[]
  readonly may: PageOf<'people'>['may']
  readonly viewer: string
  readonly sort: View['sort']
  readonly onSort: (sort: View['sort']) => void
}

/** A row a person. On a phone each row stands by itself, with its headings before its values. */
export function PeopleTable({ people, sort, onSort, ...rest }: PeopleTableProps) {
  if (people.length === 0) return null
  return (
    <table className="people">
      <thead>
        <tr>
          <SortedHead by="name" words="Name" sort={sort} onSort={onSort} />
          <th scope="col">Groups</th>
          <SortedHead by="last_activity" words="Last active" sort={sort} onSort={onSort} />
          <th scope="col">Servers</th>
          <th scope="col">
            <span className="unseen">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <PersonRow key={person.name} person={person} {...rest} />
        ))}
      </tbody>
    </table>
  )
}

interface SortedHeadProps {
  readonly by: 'name' | 'last_activity'
  readonly words: string
  readonly sort: View['sort']
  readonly onSort: (sort: View['sort']) => void
}

/** A heading that sorts, and turns the order round when it is pressed again. Times begin with the latest. */
function SortedHead({ by, words, sort, onSort }: SortedHeadProps) {
  const order = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : undefined
  const first = by === 'name' ? by : (`-${by}` as const)
  const turned = sort === by ? (`-${by}` as const) : by
  return (
    <th scope="col" aria-sort={order}>
      <UnstyledButton className="sort" onClick={() => onSort(order === undefined ? first : turned)}>
        {words}
        <span aria-hidden>{order === undefined ? '' : order === 'ascending' ? ' ↑' : ' ↓'}</span>
      </UnstyledButton>
    </th>
  )
}
