import { Alert, Button, Group, Paper, Stack, Text } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { paths } from '../paths.ts'
import { Frame } from '../ui/frame.tsx'
import { LogLines } from '../ui/log-lines.tsx'
import { PostForm } from '../ui/post-form.tsx'

/** A server that does not run: why, and a button to start it. */
export function StoppedPage({ data }: { readonly data: PageOf<'stopped'> }) {
  const { failure } = data.server
  const own = data.viewer?.name === data.owner
  const whose = own ? 'Your server' : `${data.owner}'s server`
  return (
    <Frame title={failure ? `${whose} is gone` : `${whose} is not running`} viewer={data.viewer}>
      <Paper withBorder p="lg">
        <Stack gap="md">
          {failure ? (
            <Alert
              color="red"
              variant="light"
              title="What happened"
              styles={{ title: { color: 'light-dark(#862e2e, #ffc9c9)' } }}
            >
              {failure.reason}
            </Alert>
          ) : (
            <Text>Files are kept while it is stopped. Starting it takes a few seconds.</Text>
          )}
          <LogLines lines={failure?.log ?? []} open />
          <PostForm action={data.start} xsrf={data.xsrf} label="Start the server">
            {(busy) => (
              <Group>
                <Button type="submit" loading={busy} autoFocus>
                  {failure ? 'Try again' : 'Start server'}
                </Button>
                <Button component="a" href={paths.home} variant="default">
                  Home
                </Button>
              </Group>
            )}
          </PostForm>
        </Stack>
      </Paper>
    </Frame>
  )
}
