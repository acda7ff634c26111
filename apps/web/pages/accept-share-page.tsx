import { Button } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { PostForm } from '../forms/post-form.tsx'
import { Frame } from '../frame.tsx'
import { paths } from '../paths.ts'
import { Card } from '../ui/card.tsx'
import { TickIcon } from '../ui/icons.tsx'

/** Somebody offers to share a server with whoever has the link. */
export function AcceptSharePage({ data }: { readonly data: PageOf<'accept-share'> }) {
  const { owner, server, ready, rights } = data
  return (
    <Frame title={`${owner} shares a server with you`} data={data} narrow>
      <Card>
        <p id="offers">
          On {server === '' ? 'the server' : <strong>{server}</strong>} of <strong>{owner}</strong>{' '}
          you could:
        </p>
        <ul className="rights" aria-labelledby="offers">
          {rights.map(({ scope, description }) => (
            <li key={scope}>
              <TickIcon />
              <span>{description}</span>
            </li>
          ))}
        </ul>
        <p>
          {owner} decides what runs there, and sees what you do. Accept only if you trust {owner}.
        </p>
        {!ready && <p>The server does not run at the moment.</p>}
        <PostForm action={data.action} xsrf={data.xsrf} label="Acceptance">
          {(busy) => (
            <div className="actions">
              <input type="hidden" name="code" value={data.code} />
              <Button type="submit" loading={busy}>
                Accept
              </Button>
              <Button component="a" href={paths.home} variant="default">
                Not now
              </Button>
            </div>
          )}
        </PostForm>
      </Card>
    </Frame>
  )
}
