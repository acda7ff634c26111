import '../servers/servers.css'

import { Button, Progress } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'

import { stopServer } from '#core/contract/servers.ts'
import { call } from '#core/contract/client.ts'
import type { PageOf } from '#core/contract/pages.ts'

import { PostForm } from '../forms/post-form.tsx'
import { Frame } from '../frame.tsx'
import { paths } from '../paths.ts'
import { browserSend } from '../send.ts'
import { whose } from '../servers/server-state.ts'
import { said } from '../said.ts'
import { Card } from '../ui/card.tsx'
import { TickIcon } from '../ui/icons.tsx'
import { LogLines } from '../ui/log-lines.tsx'
import { Notice } from '../ui/notice.tsx'
import { useProgress } from '../use-progress.ts'

/** A server on its way up: how far it is, what its log says, and on to it as soon as it is ready. */
export function StartingPage({ data }: { readonly data: PageOf<'starting'> }) {
  const { owner, server, next, xsrf } = data
  const { percent, messages, log, lost, end } = useProgress(owner, server, xsrf)
  const cancel = useMutation({
    mutationFn: () =>
      call(browserSend(xsrf), stopServer, { params: { user: owner, server: server.name } }),
    onSuccess: () => globalThis.location.assign(paths.home),
  })
  const ready = end?.is === 'ready'
  useEffect(() => {
    if (ready) globalThis.location.replace(next)
  }, [ready, next])

  const subject = whose(owner, data.viewer)
  // A start that was given up ends as a failure too, which is no news to who gave it up.
  if (end?.is === 'failed' && !cancel.isPending && !cancel.isSuccess) {
    return (
      <Frame title={`${subject} did not start`} data={data}>
        <Failed
          message={end.message}
          log={log}
          again={paths.spawn(owner, next, server.name)}
          xsrf={xsrf}
        />
      </Frame>
    )
  }
  return (
    <Frame title={`${subject} is starting`} data={data}>
      <Card>
        <Progress.Root size="lg" radius="xl">
          <Progress.Section
            value={Math.max(4, percent)}
            color="var(--accent)"
            animated
            aria-label="Progress of the start"
          />
        </Progress.Root>
        <ol className="steps" aria-live="polite">
          {messages.slice(-4).map((message, index, shown) => (
            <li key={message}>
              {index < shown.length - 1 || ready ? <TickIcon /> : <span className="now" />}
              {message}
            </li>
          ))}
        </ol>
        <LogLines title="Last lines of its log" lines={log} />
        <div className="actions">
          <Button
            variant="default"
            loading={cancel.isPending || cancel.isSuccess}
            disabled={ready}
            onClick={() => cancel.mutate()}
          >
            Cancel
          </Button>
          <output className="quiet">
            {cancel.isError
              ? said(cancel.error)
              : lost && 'The hub does not answer; it is asked again and again.'}
          </output>
        </div>
      </Card>
    </Frame>
  )
}

interface FailedProps {
  readonly message: string
  readonly log: readonly string[]
  /** Where the start is posted to. */
  readonly again: string
  readonly xsrf: string
}

function Failed({ message, log, again, xsrf }: FailedProps) {
  return (
    <Card>
      <Notice tone="bad" title="What happened" sudden>
        <p>{message}</p>
      </Notice>
      <LogLines title="Last lines of its log" lines={log} open />
      <PostForm action={again} xsrf={xsrf} label="Start the server">
        {(busy) => (
          <div className="actions">
            <Button type="submit" loading={busy}>
              Try again
            </Button>
            <Button component="a" href={paths.home} variant="default">
              Home
            </Button>
          </div>
        )}
      </PostForm>
    </Card>
  )
}
