import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { call, type Send } from '#core/contract/client.ts'
import { listTokens, removeToken } from '#core/contract/tokens.ts'

import { useDoing } from '../console/use-people.ts'
import { said } from '../said.ts'
import { When } from '../ui/when.tsx'

interface TokensProps {
  readonly send: Send
  readonly user: string
}

/** Every token: one's own, and those that servers and services got when they were entered. */
export function Tokens({ send, user }: TokensProps) {
  const query = useQuery({
    queryKey: ['tokens', user],
    queryFn: () => call(send, listTokens, { params: { user } }),
  })
  const remove = useDoing((id: string) => call(send, removeToken, { params: { user, id } }))
  const tokens = query.data?.api_tokens ?? []
  return (
    <section className="card stack" aria-labelledby="tokens">
      <h2 id="tokens">Tokens</h2>
      <div role="alert">
        {query.isError && <p className="wrong">{said(query.error)}</p>}
        {remove.error !== null && <p className="wrong">{remove.error}</p>}
      </div>
      {query.isSuccess && tokens.length === 0 && <p className="quiet">There are none.</p>}
      {tokens.length > 0 && (
        <table className="people">
          <thead>
            <tr>
              <th scope="col">For</th>
              <th scope="col">Made</th>
              <th scope="col">Last used</th>
              <th scope="col">Expires</th>
              <th scope="col">
                <span className="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {tokens.map(({ id, note, oauth_client: client, scopes, ...times }) => (
              <tr key={id}>
                <th scope="row" data-label="For">
                  {note || client}
                  <details>
                    <summary className="quiet">{scopes.length} rights</summary>
                    <ul className="scopes">
                      {scopes.map((scope) => (
                        <li key={scope}>
                          <code>{scope}</code>
                        </li>
                      ))}
                    </ul>
                  </details>
                </th>
                <td data-label="Made">
                  <When time={times.created} />
                </td>
                <td data-label="Last used">
                  <When time={times.last_activity} never="never" />
                </td>
                <td data-label="Expires">
                  <When time={times.expires_at} never="never" />
                </td>
                <td className="row-actions">
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => remove.start(id)}
                    aria-label={`Revoke ${note || client}`}
                  >
                    Revoke
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
