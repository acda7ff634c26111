import { TextInput, type TextInputProps } from '@mantine/core'

/** A user name: no capitals made up by a phone, no red line under it, and password keepers know it. */
export function NameField(props: Pick<TextInputProps, 'defaultValue' | 'autoFocus' | 'readOnly'>) {
  return (
    <TextInput
      name="username"
      label="User name"
      autoComplete="username"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      required
      withAsterisk={false}
      {...props}
    />
  )
}
