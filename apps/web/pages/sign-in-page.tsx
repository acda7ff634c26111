import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { type KeyboardEvent, useEffect, useState } from 'react'

import type { PageOf } from '#core/contract/pages.ts'

import { Frame } from '../ui/frame.tsx'
import { PostForm } from '../ui/post-form.tsx'
import { Said } from '../ui/said.tsx'

export function SignInPage({ data }: { readonly data: PageOf<'sign-in'> }) {
  const left = useCountdown(data.retry_after ?? 0)
  const [capsLock, setCapsLock] = useState(false)
  const look = (event: KeyboardEvent) => setCapsLock(event.getModifierState('CapsLock'))
  const typedBefore = data.name !== ''
  return (
    <Frame title="Sign in" viewer={data.viewer} narrow>
      {data.insecure && (
        <Alert
          color="yellow"
          variant="light"
          mb="md"
          title="This connection is not protected"
          styles={{ title: { color: 'light-dark(#664d03, #ffec99)' } }}
        >
          Others on the network can read what you type here.
        </Alert>
      )}
      <Paper withBorder p="lg">
        <PostForm action={data.action} xsrf={data.xsrf} label="Sign in">
          {(busy) => (
            <Stack gap="md">
              <TextInput
                name="username"
                label="User name"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                required
                withAsterisk={false}
                defaultValue={data.name}
                autoFocus={!typedBefore}
              />
              <PasswordInput
                name="password"
                label="Password"
                autoComplete="current-password"
                required
                withAsterisk={false}
                autoFocus={typedBefore}
                onKeyUp={look}
                onKeyDown={look}
                visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
              />
              <Text size="sm" mih="1.4rem" mt={-8} aria-live="polite">
                {capsLock ? 'Caps Lock is on.' : ''}
              </Text>
              <Button type="submit" loading={busy} disabled={left > 0} fullWidth>
                {left > 0 ? `Wait ${left} s` : 'Sign in'}
              </Button>
              <Said error={data.error} />
            </Stack>
          )}
        </PostForm>
      </Paper>
    </Frame>
  )
}

/** Seconds until the next try is let through. */
function useCountdown(from: number): number {
  const [left, setLeft] = useState(from)
  useEffect(() => {
    if (from <= 0) return undefined
    const begun = Date.now()
    const timer = setInterval(
      () => setLeft(Math.max(0, from - Math.floor((Date.now() - begun) / 1000))),
      250,
    )
    return () => clearInterval(timer)
  }, [from])
  return left
}
