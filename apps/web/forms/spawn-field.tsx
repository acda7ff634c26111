import { Checkbox, Group, NativeSelect, TextInput } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

type Field = PageOf<'spawn'>['fields'][number]

/** One field of the form before a start: plain elements, which the browser itself posts. */
export function SpawnField({ field }: { readonly field: Field }) {
  const { name, label, help, type, value } = field
  const said = { label, size: 'md', ...(help !== '' && { description: help }) } as const
  const common = { ...said, name }
  switch (type) {
    case 'choice':
      return <NativeSelect {...common} data={[...field.choices]} defaultValue={value[0] ?? ''} />
    case 'multi':
      return (
        // Without the name, under which the group itself would post all that is ticked as one text.
        <Checkbox.Group {...said} defaultValue={[...value]}>
          <Group mt="xs" gap="xl">
            {field.choices.map((choice) => (
              <Checkbox
                size="md"
                key={choice.value}
                name={name}
                value={choice.value}
                label={choice.label}
              />
            ))}
          </Group>
        </Checkbox.Group>
      )
    case 'boolean':
      return <Checkbox {...common} value="true" defaultChecked={value[0] === 'true'} />
    case 'number':
      return (
        <TextInput
          {...common}
          type="number"
          step="any"
          defaultValue={value[0] ?? ''}
          {...(field.min !== null && { min: field.min })}
          {...(field.max !== null && { max: field.max })}
        />
      )
    case 'text':
      return (
        <TextInput
          {...common}
          defaultValue={value[0] ?? ''}
          {...(field.longest !== null && { maxLength: field.longest })}
        />
      )
  }
}
