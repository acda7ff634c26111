import { Button, Group, Text } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { paths } from '../paths.ts'
import { Frame } from '../ui/frame.tsx'

export function ErrorPage({ data }: { readonly data: PageOf<'error'> }) {
  return (
    <Frame title={data.title} viewer={data.viewer} narrow>
      <Text size="sm" mb="xs">
        Error {data.status}
        {data.id !== null && `, number ${data.id}`}
      </Text>
      <Text mb="sm">{data.message}</Text>
      <Text mb="xl">{data.hint}</Text>
      <Group>
        <Button component="a" href={paths.home}>
          {data.viewer ? 'Home' : 'Sign in'}
        </Button>
        <Button variant="default" onClick={() => globalThis.location.reload()}>
          Load again
        </Button>
      </Group>
    </Frame>
  )
}
