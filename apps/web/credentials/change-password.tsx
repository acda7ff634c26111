import { Button } from '@mantine/core'
import { type SubmitEvent, useState } from 'react'

import { changePassword } from '#core/contract/accounts.ts'
import { call, type Send } from '#core/contract/client.ts'

import { useDoing } from '../console/use-people.ts'
import { PasswordField } from '../forms/password-field.tsx'

interface ChangePasswordProps {
  readonly send: Send
}

/** The old password and a new one. Every other browser is signed out by it. */
export function ChangePassword({ send }: ChangePasswordProps) {
  const [done, setDone] = useState(false)
  const change = useDoing(
    async (body: { readonly old_password: string; readonly new_password: string }) => {
      await call(send, changePassword, { body })
      setDone(true)
    },
  )
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setDone(false)
    change.start({
      old_password: text(form.get('old')),
      new_password: text(form.get('password')),
    })
    event.currentTarget.reset()
  }
  return (
    <section className="card stack" aria-labelledby="change-password">
      <h2 id="change-password">Password</h2>
      <form className="stack" onSubmit={submit} aria-label="Change the password">
        <PasswordField name="old" label="Present password" autoComplete="current-password" />
        <PasswordField
          label="New password"
          autoComplete="new-password"
          description="At least 10 characters. Several words are easier to keep in mind than signs."
        />
        <div role="alert">{change.error !== null && <p className="wrong">{change.error}</p>}</div>
        <output>{done && 'It is changed. All other browsers are signed out.'}</output>
        <div className="actions">
          <Button type="submit" loading={change.busy}>
            Change the password
          </Button>
        </div>
      </form>
    </section>
  )
}

function text(value: FormDataEntryValue | null): string {
  return typeof value === 'string' ? value : ''
}
