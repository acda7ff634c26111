import './kit-styles.ts'
import './console.css'

import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'

import { call, callPage, type Send } from '#core/contract/client.ts'
import {
  addGroup,
  addMembers,
  type GroupBody,
  listGroups,
  removeGroup,
  removeMembers,
} from '#core/contract/groups.ts'
import type { PageOf } from '#core/contract/pages.ts'

import { Frame } from '../frame.tsx'
import { said } from '../said.ts'
import { browserSend } from '../send.ts'
import { Card } from '../ui/card.tsx'
import { Confirm } from '../ui/confirm.tsx'
import { Notice } from '../ui/notice.tsx'
import { ConsoleTabs } from './console-tabs.tsx'
import { useDoing } from './use-people.ts'

const MOST = 200

/** Every group with its members, and what can be done with them. */
export function GroupsPage({ data }: { readonly data: PageOf<'groups'> }) {
  const send = browserSend(data.xsrf)
  const query = useQuery({
    queryKey: ['groups'],
    queryFn: () => callPage(send, listGroups, { params: { limit: MOST } }),
  })
  const groups = query.data?.items ?? []
  const more = (query.data?._pagination.total ?? 0) - groups.length
  return (
    <Frame title="Groups" data={data} wide>
      <div className="stack">
        <ConsoleTabs current="groups" />
        {data.may.add && <AddGroup send={send} />}
        {query.isError && (
          <Notice tone="bad">
            <p>{said(query.error)}</p>
          </Notice>
        )}
        {query.isSuccess && groups.length === 0 && <p>There are no groups yet.</p>}
        {groups.map((group) => (
          <Group key={group.name} send={send} group={group} may={data.may} />
        ))}
        {more > 0 && <p className="quiet">{more} more: `bulkhead group list` shows them all.</p>}
      </div>
    </Frame>
  )
}

function AddGroup({ send }: { readonly send: Send }) {
  const [name, setName] = useState('')
  const add = useDoing(async (group: string) => {
    await call(send, addGroup, { params: { group } })
    setName('')
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (name.trim() !== '') add.start(name.trim())
  }
  return (
    <form className="toolbar one-line" onSubmit={submit} aria-label="Add a group">
      <TextInput
        label="New group"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={add.error}
        autoCapitalize="none"
        spellCheck={false}
      />
      <Button type="submit" loading={add.busy}>
        Add
      </Button>
    </form>
  )
}

interface GroupProps {
  readonly send: Send
  readonly group: GroupBody
  readonly may: PageOf<'groups'>['may']
}

function Group({ send, group: { name: group, users = [] }, may }: GroupProps) {
  const [asking, setAsking] = useState(false)
  const [newcomers, setNewcomers] = useState('')
  const params = { group }
  const doing = useDoing((run: () => Promise<unknown>) => run())
  const join = (event: SubmitEvent) => {
    event.preventDefault()
    const names = newcomers.split(/[\s,;]+/).filter((name) => name !== '')
    if (names.length === 0) return
    doing.start(async () => {
      await call(send, addMembers, { params, body: { users: names } })
      setNewcomers('')
    })
  }
  return (
    <Card>
      <div className="server-head">
        <h2>{group}</h2>
        {may.remove && (
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => setAsking(true)}
            aria-label={`Remove the group ${group}`}
          >
            Remove…
          </Button>
        )}
      </div>
      <div role="alert">{doing.error !== null && <p className="wrong">{doing.error}</p>}</div>
      {users.length === 0 ? (
        <p className="quiet">Nobody is in it.</p>
      ) : (
        <ul className="chips" aria-label={`Members of ${group}`}>
          {users.map((user) => (
            <li key={user}>
              {user}
              {may.change && (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  onClick={() =>
                    doing.start(() =>
                      call(send, removeMembers, { params, body: { users: [user] } }),
                    )
                  }
                  aria-label={`Take ${user} out of ${group}`}
                >
                  ×
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {may.change && (
        <form className="toolbar one-line" onSubmit={join} aria-label={`Put people into ${group}`}>
          <TextInput
            label="Add members"
            placeholder="ada, bob"
            value={newcomers}
            onChange={(event) => setNewcomers(event.currentTarget.value)}
            autoCapitalize="none"
            spellCheck={false}
          />
          <Button type="submit" variant="default" loading={doing.busy}>
            Add to {group}
          </Button>
        </form>
      )}
      <Confirm
        opened={asking}
        title={`Remove the group ${group}?`}
        action="Remove"
        onClose={() => setAsking(false)}
        onConfirm={() => doing.start(() => call(send, removeGroup, { params }))}
      >
        Its members stay, without what they held through it.
      </Confirm>
    </Card>
  )
}
