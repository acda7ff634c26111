import './kit-styles.ts'
import './console.css'

import { NativeSelect, Pagination, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'

import type { PageOf } from '#core/contract/pages.ts'

import { Frame } from '../frame.tsx'
import { browserSend } from '../send.ts'
import { Notice } from '../ui/notice.tsx'
import { AddPeople } from './add-people.tsx'
import { ConsoleTabs } from './console-tabs.tsx'
import { PeopleTable } from './people-table.tsx'
import { usePeople } from './use-people.ts'
import { useView, type View } from './use-view.ts'

const TYPING_MS = 250

/** The operator's page: everybody, a page at a time, and what can be done with them. */
export function PeoplePage({ data }: { readonly data: PageOf<'people'> }) {
  const send = browserSend(data.xsrf)
  const [view, change] = useView()
  const { people, total, pages, trouble, loading } = usePeople(send, view)
  return (
    <Frame title="People" data={data} wide>
      <div className="stack">
        <ConsoleTabs current="people" />
        {data.may.add && <AddPeople send={send} may={data.may} />}
        <Toolbar view={view} onChange={change} />
        {trouble !== null && (
          <Notice tone="bad">
            <p>{trouble}</p>
          </Notice>
        )}
        <p className="quiet" aria-live="polite">
          {loading ? 'Asking the hub…' : counted(total, view)}
        </p>
        <PeopleTable
          send={send}
          people={people}
          may={data.may}
          viewer={data.viewer?.name ?? ''}
          sort={view.sort}
          onSort={(sort) => change({ sort })}
        />
        {pages > 1 && (
          <Pagination
            total={pages}
            value={view.page}
            onChange={(page) => change({ page })}
            getControlProps={(control) => ({ 'aria-label': `${control} page` })}
          />
        )}
      </div>
    </Frame>
  )
}

function counted(total: number, { search, state }: View): string {
  const people = total === 1 ? '1 person' : `${total.toLocaleString()} people`
  return search === '' && state === '' ? people : `${people} found`
}

interface ToolbarProps {
  readonly view: View
  readonly onChange: (change: Partial<View>) => void
}

function Toolbar({ view, onChange }: ToolbarProps) {
  const search = useDebouncedCallback((text: string) => onChange({ search: text }), TYPING_MS)
  return (
    <search className="toolbar">
      <TextInput
        label="Search by name"
        type="search"
        defaultValue={view.search}
        onChange={(event) => search(event.currentTarget.value)}
      />
      <NativeSelect
        label="Servers"
        size="md"
        value={view.state}
        onChange={(event) => onChange({ state: event.currentTarget.value as View['state'] })}
        data={[
          { value: '', label: 'Everybody' },
          { value: 'ready', label: 'With a running server' },
          { value: 'active', label: 'Running, starting or stopping' },
          { value: 'inactive', label: 'Without a running server' },
        ]}
      />
    </search>
  )
}
