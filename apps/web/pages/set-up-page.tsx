import { Anchor, Paper, Text } from '@mantine/core'

import { useSetUp as setUpEndpoint } from '#core/contract/api.ts'
import { call } from '#core/contract/client.ts'
import type { PageOf } from '#core/contract/pages.ts'

import { PasswordForm } from '../forms/password-form.tsx'
import { useFragment } from '../fragment.ts'
import { paths } from '../paths.ts'
import { browserSend } from '../send.ts'
import { Frame } from '../ui/frame.tsx'

/** Under the one-time link of a first start: who has it becomes the first admin. */
export function SetUpPage({ data }: { readonly data: PageOf<'set-up'> }) {
  const code = useFragment()
  if (!data.open) {
    return (
      <Frame title="Set-up is over" viewer={data.viewer} narrow>
        <Text>
          This hub has an admin already, and the link is of no more use.{' '}
          <Anchor href={paths.signIn} underline="always">
            Sign in
          </Anchor>
        </Text>
      </Frame>
    )
  }
  return (
    <Frame title="Become the first admin" viewer={data.viewer} narrow>
      <Text mb="md">
        This hub has nobody yet. Choose the name and the password that you will sign in with.
      </Text>
      <Paper withBorder p="lg">
        <PasswordForm
          button="Create admin"
          submit={(values) =>
            call(browserSend(data.xsrf), setUpEndpoint, { body: { code, ...values } })
          }
        />
      </Paper>
    </Frame>
  )
}
