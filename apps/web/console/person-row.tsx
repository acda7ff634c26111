import { Button, Menu } from '@mantine/core'
import { useState } from 'react'

import { lockUser, makePasswordLink, unlockUser } from '#core/contract/accounts.ts'
import { call, type Send } from '#core/contract/client.ts'
import type { ServerBody, UserBody } from '#core/contract/models.ts'
import type { PageOf } from '#core/contract/pages.ts'
import { startServer, stopServer } from '#core/contract/servers.ts'
import { endSessions } from '#core/contract/sessions.ts'
import { editUser, removeUser } from '#core/contract/users.ts'

import { stateOf } from '../servers/server-state.ts'
import { since } from '../since.ts'
import { Confirm } from '../ui/confirm.tsx'
import { useNow } from '../use-now.ts'
import { LinkList } from './link-list.tsx'
import { useDoing } from './use-people.ts'

interface PersonRowProps {
  readonly send: Send
  readonly person: UserBody
  readonly may: PageOf<'people'>['may']
  readonly viewer: string
}

/** One person: who he is, what runs, and what can be done about it. What went wrong stands in his row. */
export function PersonRow({ send, person, may, viewer }: PersonRowProps) {
  const { name, groups = [], last_activity: active } = person
  const [link, setLink] = useState<string | null>(null)
  const doing = useDoing((run: () => Promise<unknown>) => run())
  const now = useNow()
  return (
    <tr>
      <th scope="row" data-label="Name">
        <span>{name}</span> {person.admin && <span className="badge">admin</span>}{' '}
        {person.locked && <span className="badge">locked</span>}
        <div role="alert">{doing.error !== null && <p className="wrong">{doing.error}</p>}</div>
        {link !== null && <LinkList links={[{ name, url: link }]} />}
      </th>
      <td data-label="Groups">{groups.length === 0 ? '–' : groups.join(', ')}</td>
      <td data-label="Last active">
        {active ? (
          <time dateTime={active} title={new Date(active).toLocaleString()}>
            {since(new Date(active), now)}
          </time>
        ) : (
          'never'
        )}
      </td>
      <td data-label="Servers">
        <Servers send={send} person={person} may={may} />
      </td>
      <td className="row-actions">
        <Actions
          {...{ send, person, may }}
          self={name === viewer}
          busy={doing.busy}
          onDo={doing.start}
          onLink={setLink}
        />
      </td>
    </tr>
  )
}

type ServersProps = Pick<PersonRowProps, 'send' | 'person' | 'may'>

/** Each server that runs or comes or goes; the default one also when it rests, so that it can be started. */
function Servers({ send, person: { name: user, servers = {} }, may }: ServersProps) {
  const shown = Object.values(servers)
  const hasDefault = shown.some(({ name }) => name === '')
  return (
    <ul className="servers">
      {shown.map((server) => (
        <Running key={server.name} {...{ send, user, server, may }} />
      ))}
      {!hasDefault && <Resting {...{ send, user, may }} />}
    </ul>
  )
}

interface RunningProps {
  readonly send: Send
  readonly user: string
  readonly server: ServerBody
  readonly may: PageOf<'people'>['may']
}

function Running({ send, user, server, may }: RunningProps) {
  const { words, tone } = stateOf(server)
  const stop = useDoing(() => call(send, stopServer, { params: { user, server: server.name } }))
  const title = server.name === '' ? '' : server.display_name || server.name
  const label = server.name === '' ? user : `${user}/${server.name}`
  return (
    <li>
      <span className="state" data-tone={tone}>
        {words}
      </span>{' '}
      {title}
      <span className="inline-actions">
        {server.ready && may.open && (
          <a href={server.url} aria-label={`Open the server of ${label}`}>
            Open
          </a>
        )}
        {may.stop && (
          <Button
            size="compact-sm"
            variant="default"
            loading={stop.busy || server.pending === 'stop'}
            onClick={() => stop.start(undefined)}
            aria-label={`Stop the server of ${label}`}
          >
            Stop
          </Button>
        )}
      </span>
      {stop.error !== null && <p className="wrong">{stop.error}</p>}
    </li>
  )
}

function Resting({ send, user, may }: Omit<RunningProps, 'server'>) {
  const start = useDoing(() => call(send, startServer, { params: { user, server: '' } }))
  return (
    <li>
      <span className="quiet">none</span>
      {may.start && (
        <span className="inline-actions">
          <Button
            size="compact-sm"
            variant="default"
            loading={start.busy}
            onClick={() => start.start(undefined)}
            aria-label={`Start the server of ${user}`}
          >
            Start
          </Button>
        </span>
      )}
      {start.error !== null && <p className="wrong">{start.error}</p>}
    </li>
  )
}

interface ActionsProps {
  readonly send: Send
  readonly person: UserBody
  readonly may: PageOf<'people'>['may']
  readonly self: boolean
  readonly busy: boolean
  readonly onDo: (run: () => Promise<unknown>) => void
  readonly onLink: (url: string) => void
}

function Actions({ send, person, may, self, busy, onDo, onLink }: ActionsProps) {
  const { name: user, admin = false, locked = false } = person
  const [asking, setAsking] = useState(false)
  const params = { user }
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            size="compact-sm"
            variant="default"
            loading={busy}
            aria-label={`More for ${user}`}
          >
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {may.admins && (
            <Menu.Item
              disabled={self}
              onClick={() => onDo(() => call(send, editUser, { params, body: { admin: !admin } }))}
            >
              {admin ? 'Take the admin’s rights away' : 'Make an admin'}
            </Menu.Item>
          )}
          {may.change && (
            <Menu.Item
              disabled={self}
              onClick={() =>
                onDo(() =>
                  locked ? call(send, unlockUser, { params }) : call(send, lockUser, { params }),
                )
              }
            >
              {locked ? 'Unlock' : 'Lock out'}
            </Menu.Item>
          )}
          {may.sessions && (
            <Menu.Item onClick={() => onDo(() => call(send, endSessions, { params }))}>
              Sign out everywhere
            </Menu.Item>
          )}
          {may.links && (
            <Menu.Item
              onClick={() =>
                onDo(async () => onLink((await call(send, makePasswordLink, { params })).url))
              }
            >
              New link for a password
            </Menu.Item>
          )}
          {may.remove && (
            <Menu.Item disabled={self} color="red" onClick={() => setAsking(true)}>
              Remove…
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm
        opened={asking}
        title={`Remove ${user}?`}
        action="Remove"
        onClose={() => setAsking(false)}
        onConfirm={() => onDo(() => call(send, removeUser, { params }))}
      >
        The servers of {user} are stopped, and every session and token ends. The files stay where
        they are.
      </Confirm>
    </>
  )
}
