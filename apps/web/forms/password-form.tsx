import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'

import { ApiError } from '#core/contract/client.ts'

import { Said } from '../ui/said.tsx'

interface PasswordFormProps {
  /** Given: the name is settled and only shown to the browser's password keeper. */
  readonly name?: string
  readonly button: string
  /** Resolves with where to go. */
  readonly submit: (values: {
    readonly name: string
    readonly password: string
  }) => Promise<{ readonly next: string }>
}

/** Choosing a first password, and with it a name where there is none yet. What was typed stays when it is refused. */
export function PasswordForm({ name: given, button, submit }: PasswordFormProps) {
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setError(null)
    try {
      const { next } = await submit({
        name: given ?? text(form.get('username')),
        password: text(form.get('password')),
      })
      globalThis.location.replace(next)
    } catch (failure) {
      setBusy(false)
      setError(
        failure instanceof ApiError
          ? failure.message
          : 'The hub does not answer. Try again in a moment.',
      )
    }
  }

  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="md">
        <TextInput
          name="username"
          label="User name"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          defaultValue={given ?? ''}
          readOnly={given !== undefined}
          autoFocus={given === undefined}
        />
        <PasswordInput
          name="password"
          label="Password"
          description="At least 10 characters. Several words are easier to keep in mind than signs."
          autoComplete="new-password"
          required
          withAsterisk={false}
          autoFocus={given !== undefined}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }}
        />
        <Button type="submit" loading={busy} fullWidth>
          {button}
        </Button>
        <Said error={error} />
      </Stack>
    </form>
  )
}

/** A form's field as it was typed; files are none of these. */
function text(value: FormDataEntryValue | null): string {
  return typeof value === 'string' ? value : ''
}
