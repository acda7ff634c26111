import { Button } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'

import { ApiError } from '#core/contract/client.ts'

import { Said } from '../ui/said.tsx'
import { NameField } from './name-field.tsx'
import { PasswordField } from './password-field.tsx'

interface PasswordFormProps {
  /** What the form is about. */
  readonly intro: ReactNode
  /** Given: the name is settled and only shown, to the browser's password keeper too. */
  readonly name?: string
  readonly button: string
  /** Resolves with where to go. */
  readonly submit: (values: {
    readonly name: string
    readonly password: string
  }) => Promise<{ readonly next: string }>
}

/** Choosing a first password, and with it a name where there is none yet. What was typed stays when it is refused. */
export function PasswordForm({ intro, name: given, button, submit }: PasswordFormProps) {
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (busy) return
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setError(null)
    try {
      const { next } = await submit({
        name: given ?? text(form.get('username')),
        password: text(form.get('password')),
      })
      // It stays busy: the next page is on its way.
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
    <form onSubmit={(event) => void send(event)} className="stack">
      <Said error={error}>{intro}</Said>
      <NameField
        defaultValue={given ?? ''}
        readOnly={given !== undefined}
        autoFocus={given === undefined}
      />
      <PasswordField
        autoComplete="new-password"
        autoFocus={given !== undefined}
        description="At least 10 characters. Several words are easier to keep in mind than signs."
      />
      <Button type="submit" loading={busy} fullWidth>
        {button}
      </Button>
    </form>
  )
}

/** A form's field as it was typed; files are none of these. */
function text(value: FormDataEntryValue | null): string {
  return typeof value === 'string' ? value : ''
}
