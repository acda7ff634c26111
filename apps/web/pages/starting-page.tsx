import { Alert, Button, Group, Paper, Progress, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'

import { stopServer } from '#core/contract/api.ts'
import { call } from '#core/contract/client.ts'
import type { PageOf } from '#core/contract/pages.ts'

import { paths } from '../paths.ts'
import { browserSend } from '../send.ts'
import { Frame } from '../ui/frame.tsx'
import { LogLines } from '../ui/log-lines.tsx'
import { PostForm } from '../ui/post-form.tsx'
import { useProgress } from '../use-progress.ts'

/** A server on its way up: how far it is, what its log says, and on to it as soon as it is ready. */
export function StartingPage({ data }: { readonly data: PageOf<'starting'> }) {
  const { percent, messages, log, end } = useProgress(
    paths.progress(data.server.progress_url, data.xsrf),
  )
  const cancel = useMutation({
    mutationFn: () =>
      call(browserSend(data.xsrf), stopServer, {
        params: { user: data.owner, server: data.server.name },
      }),
    onSuccess: () => globalThis.location.assign(paths.home),
  })
  const ready = end?.is === 'ready'
  useEffect(() => {
    if (ready) globalThis.location.replace(data.next)
  }, [ready, data.next])
  const failed = end?.is === 'failed' && !cancel.isPending && !cancel.isSuccess ? end.message : null

  return (
    <Frame
      title={failed === null ? 'Your server is starting' : 'The server did not start'}
      viewer={data.viewer}
    >
      <Paper withBorder p="lg">
        <Stack gap="md">
          <Progress.Root size="lg">
            <Progress.Section
              value={Math.max(4, percent)}
              color={failed === null ? 'cyan' : 'red'}
              animated={failed === null}
              aria-label="Progress of the start"
            />
          </Progress.Root>
          {failed === null ? (
            <ol className="steps" aria-live="polite">
              {messages.slice(-4).map((message) => (
                <li key={message}>{message}</li>
              ))}
            </ol>
          ) : (
            <Alert
              color="red"
              variant="light"
              role="alert"
              title="What happened"
              styles={{ title: { color: 'light-dark(#862e2e, #ffc9c9)' } }}
            >
              {failed}
            </Alert>
          )}
          <LogLines lines={log} open={failed !== null} />
          {failed === null ? (
            <Group>
              <Button
                variant="default"
                loading={cancel.isPending}
                disabled={ready}
                onClick={() => cancel.mutate()}
              >
                Cancel
              </Button>
              {cancel.isError && <span role="alert">{cancel.error.message}</span>}
            </Group>
          ) : (
            <PostForm
              action={`${paths.spawn(data.owner)}?next=${encodeURIComponent(data.next)}`}
              xsrf={data.xsrf}
              label="Start the server"
            >
              {(busy) => (
                <Group>
                  <Button type="submit" loading={busy}>
                    Try again
                  </Button>
                  <Button component="a" href={paths.home} variant="default">
                    Home
                  </Button>
                </Group>
              )}
            </PostForm>
          )}
        </Stack>
      </Paper>
    </Frame>
  )
}
