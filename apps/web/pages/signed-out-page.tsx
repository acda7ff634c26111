import { Button } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { Frame } from '../frame.tsx'
import { paths } from '../paths.ts'

export function SignedOutPage({ data }: { readonly data: PageOf<'signed-out'> }) {
  return (
    <Frame title="You are signed out" data={data} narrow>
      <div className="stack">
        <p>
          Nothing of yours is open in this browser any more. Your server, if it runs, goes on
          running.
        </p>
        <p>
          <Button component="a" href={paths.signIn}>
            Sign in again
          </Button>
        </p>
      </div>
    </Frame>
  )
}
