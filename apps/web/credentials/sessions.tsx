import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { call, type Send } from '#core/contract/client.ts'
import { endSession, endSessions, listSessions } from '#core/contract/sessions.ts'

import { useDoing } from '../console/use-people.ts'
import { paths } from '../paths.ts'
import { said } from '../said.ts'
import { When } from '../ui/when.tsx'

interface SessionsProps {
  readonly send: Send
  readonly user: string
}

/** The browsers in which one is signed in. Ending one ends it everywhere, open notebooks included. */
export function Sessions({ send, user }: SessionsProps) {
  const query = useQuery({
    queryKey: ['sessions', user],
    queryFn: () => call(send, listSessions, { params: { user } }),
  })
  const end = useDoing((id: string) => call(send, endSession, { params: { user, id } }))
  const endAll = useDoing(async () => {
    await call(send, endSessions, { params: { user } })
    // This browser is signed out as well.
    globalThis.location.assign(paths.signIn)
  })
  const sessions = query.data?.sessions ?? []
  return (
    <section className="card stack" aria-labelledby="sessions">
      <div className="server-head">
        <h2 id="sessions">Signed-in browsers</h2>
        {sessions.length > 1 && (
          <Button
            size="compact-sm"
            variant="default"
            loading={endAll.busy}
            onClick={() => endAll.start(undefined)}
          >
            Sign out everywhere
          </Button>
        )}
      </div>
      <div role="alert">
        {query.isError && <p className="wrong">{said(query.error)}</p>}
        {(end.error ?? endAll.error) !== null && (
          <p className="wrong">{end.error ?? endAll.error}</p>
        )}
      </div>
      <table className="people">
        <thead>
          <tr>
            <th scope="col">Browser</th>
            <th scope="col">From</th>
            <th scope="col">Since</th>
            <th scope="col">Last seen</th>
            <th scope="col">
              <span className="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sessions.map(({ id, current, browser, address, created, last_activity: seen }) => (
            <tr key={id}>
              <th scope="row" data-label="Browser">
                {browser || 'unknown'} {current && <span className="badge">this one</span>}
              </th>
              <td data-label="From">{address || 'unknown'}</td>
              <td data-label="Since">
                <When time={created} />
              </td>
              <td data-label="Last seen">
                <When time={seen} />
              </td>
              <td className="row-actions">
                {!current && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => end.start(id)}
                    aria-label={`Sign out ${browser || 'unknown'}, ${address}`}
                  >
                    Sign out
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
