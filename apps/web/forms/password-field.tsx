import './forms.css'

import { PasswordInput, type PasswordInputProps } from '@mantine/core'
import { type KeyboardEvent, useState } from 'react'

type PasswordFieldProps = Pick<
  PasswordInputProps,
  'autoFocus' | 'description' | 'error' | 'name' | 'label'
> & {
  readonly autoComplete: 'current-password' | 'new-password'
  /** Stands where an error would. */
  readonly hint?: string | null
}

/** A password, which can be looked at, and a hint when Caps Lock is on. */
export function PasswordField({ hint, ...props }: PasswordFieldProps) {
  const [visible, setVisible] = useState(false)
  const [capsLock, setCapsLock] = useState(false)
  const look = (event: KeyboardEvent) => setCapsLock(event.getModifierState('CapsLock'))
  return (
    <div className={props.description === undefined ? 'password' : 'password with-rule'}>
      <PasswordInput
        name="password"
        label="Password"
        aria-invalid={Boolean(props.error)}
        required
        withAsterisk={false}
        visible={visible}
        onVisibilityChange={setVisible}
        onKeyDown={look}
        onKeyUp={look}
        visibilityToggleFocusable
        visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
        {...props}
      />
      {hint !== undefined && <output className="quiet">{hint}</output>}
      <output className="caps-lock">{capsLock && 'Caps Lock is on'}</output>
    </div>
  )
}
