import { Anchor, Loader, Paper, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { readSignUp, useSignUp as signUpEndpoint } from '#core/contract/api.ts'
import { call } from '#core/contract/client.ts'
import type { PageOf } from '#core/contract/pages.ts'

import { PasswordForm } from '../forms/password-form.tsx'
import { useFragment } from '../fragment.ts'
import { paths } from '../paths.ts'
import { browserSend } from '../send.ts'
import { Frame } from '../ui/frame.tsx'

/** Under a one-time link: a person whose account an admin has made chooses the first password. */
export function SignUpPage({ data }: { readonly data: PageOf<'sign-up'> }) {
  const code = useFragment()
  const send = browserSend(data.xsrf)
  const owner = useQuery({
    queryKey: ['sign-up'],
    queryFn: () => call(send, readSignUp, { body: { code } }),
    retry: false,
    staleTime: Infinity,
  })

  if (owner.isError) {
    return (
      <Frame title="This link is no longer good" viewer={data.viewer} narrow>
        <Text role="alert">{owner.error.message}</Text>
        <Text mt="md">
          Have you chosen a password already?{' '}
          <Anchor href={paths.signIn} underline="always">
            Sign in
          </Anchor>
        </Text>
      </Frame>
    )
  }
  return (
    <Frame
      title={owner.data ? `Welcome, ${owner.data.name}` : 'Welcome'}
      viewer={data.viewer}
      narrow
    >
      <Text mb="md">Choose the password that you will sign in with.</Text>
      <Paper withBorder p="lg" mih="20rem">
        {owner.data ? (
          <PasswordForm
            name={owner.data.name}
            button="Set password"
            submit={({ password }) => call(send, signUpEndpoint, { body: { code, password } })}
          />
        ) : (
          <Loader aria-label="Looking at the link" />
        )}
      </Paper>
    </Frame>
  )
}
