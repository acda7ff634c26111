import { Button } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { Frame } from '../frame.tsx'
import { paths } from '../paths.ts'

/** What did not work, and what one can do. */
export function ErrorPage({ data }: { readonly data: PageOf<'error'> }) {
  const { status, title, message, hint, id, viewer } = data
  const mayPass = status >= 500 || status === 429
  return (
    <Frame title={title} data={data} narrow>
      <div className="stack">
        <p>{message}</p>
        <p>{hint}</p>
        <div className="actions">
          {/* An empty address is this page's own; what was posted is not posted again. */}
          {mayPass && (
            <Button component="a" href="">
              Load again
            </Button>
          )}
          <Button component="a" href={paths.home} variant={mayPass ? 'default' : 'filled'}>
            {viewer ? 'Home' : 'Sign in'}
          </Button>
          {viewer && status === 403 && (
            <Button component="a" href={paths.signOut} variant="default">
              Sign in as somebody else
            </Button>
          )}
        </div>
        <p className="quiet">
          Error {status}
          {id !== null && (
            <>
              , number <code>{id}</code>
            </>
          )}
        </p>
      </div>
    </Frame>
  )
}
