import { Button, Group, List, Paper, Text } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { paths } from '../paths.ts'
import { Frame } from '../ui/frame.tsx'
import { PostForm } from '../ui/post-form.tsx'

/** Before a program, or somebody else's server, learns who one is. */
export function ConsentPage({ data }: { readonly data: PageOf<'consent'> }) {
  return (
    <Frame title="Do you allow this?" viewer={data.viewer} narrow>
      <Paper withBorder p="lg">
        <Text mb="sm">
          <strong>{data.client}</strong> wants to:
        </Text>
        <List mb="lg">
          {data.scopes.map(({ scope, description }) => (
            <List.Item key={scope}>{description}</List.Item>
          ))}
        </List>
        {data.owner !== null && (
          <Text size="sm" mb="lg">
            It belongs to {data.owner}, who decides what runs there. Go on only if you trust{' '}
            {data.owner}.
          </Text>
        )}
        <PostForm action={data.action} xsrf={data.xsrf} label="Permission">
          {(busy) => (
            <Group>
              {data.scopes.map(({ scope }) => (
                <input key={scope} type="hidden" name="scopes" value={scope} />
              ))}
              <Button type="submit" loading={busy}>
                Allow
              </Button>
              <Button component="a" href={paths.home} variant="default">
                Deny
              </Button>
            </Group>
          )}
        </PostForm>
      </Paper>
    </Frame>
  )
}
