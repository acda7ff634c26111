import { Button } from '@mantine/core'

import { useSetUp as setUpEndpoint } from '#core/contract/sign-in.ts'
import { call } from '#core/contract/client.ts'
import type { PageOf } from '#core/contract/pages.ts'

import { PasswordForm } from '../forms/password-form.tsx'
import { Frame } from '../frame.tsx'
import { paths } from '../paths.ts'
import { browserSend } from '../send.ts'
import { Card } from '../ui/card.tsx'
import { useFragment } from '../use-fragment.ts'

/** Under the one-time link of a first start: who has it becomes the first admin. */
export function SetUpPage({ data }: { readonly data: PageOf<'set-up'> }) {
  const code = useFragment()
  if (!data.open) {
    return (
      <Frame title="Set-up is over" data={data} narrow>
        <div className="stack">
          <p>This hub has an admin already, and the link is of no more use.</p>
          <p>
            <Button component="a" href={paths.signIn}>
              Sign in
            </Button>
          </p>
        </div>
      </Frame>
    )
  }
  if (code === '') {
    return (
      <Frame title="Open the link again" data={data} narrow>
        <p>
          The code at the end of the set-up link is missing. Open the whole link that the hub
          printed when it started; <code>bulkhead setup-link</code> makes a new one.
        </p>
      </Frame>
    )
  }
  return (
    <Frame title="Become the first admin" data={data} narrow>
      <Card>
        <PasswordForm
          intro="This hub has nobody yet. Choose the name and the password that you will sign in with."
          button="Create admin"
          submit={(values) =>
            call(browserSend(data.xsrf), setUpEndpoint, { body: { code, ...values } })
          }
        />
      </Card>
    </Frame>
  )
}
