import './servers.css'

import { Button } from '@mantine/core'
import { useEffect, useId, useRef } from 'react'

import type { ServerBody } from '#core/contract/models.ts'

import { PostForm } from '../forms/post-form.tsx'
import { paths } from '../paths.ts'
import { since } from '../since.ts'
import { LogLines } from '../ui/log-lines.tsx'
import { Notice } from '../ui/notice.tsx'
import { useNow } from '../use-now.ts'
import { EndingNotice } from './ending.tsx'
import type { Notices } from './notices.ts'
import { RemoveServer } from './remove-server.tsx'
import { stateOf } from './server-state.ts'
import { useServer } from './use-server.ts'

interface ServerCardProps {
  readonly owner: string
  /** As it was when the page was made. */
  readonly server: ServerBody
  /** What was told of it last. */
  readonly notice: ReturnType<Notices['get']>
  readonly xsrf: string
}

/** One's own server: how it is, and what can be done with it. */
export function ServerCard({ owner, server: initial, notice, xsrf }: ServerCardProps) {
  const { server, trouble, stop, stopping, stopError } = useServer(owner, initial, xsrf)
  const { words, tone } = stateOf(server)
  const heading = useId()
  return (
    <section className="card stack" aria-labelledby={heading}>
      <div className="server-head">
        <h2 id={heading}>{server.name === '' ? 'My server' : server.display_name}</h2>
        <output className="state" data-tone={tone}>
          {words}
        </output>
      </div>
      <div className="server-facts">
        <Facts server={server} trouble={trouble} stopError={stopError} />
      </div>
      {notice?.type === 'ending' && server.ready && (
        <EndingNotice {...{ owner, xsrf }} what={calledIn(server)} ending={notice} />
      )}
      {notice?.type === 'stopped' && server.stopped && server.pending === null && (
        <p className="quiet">
          {notice.reason === 'age'
            ? 'It was stopped because it had run as long as servers may here.'
            : 'It was stopped because nothing was done in it.'}
        </p>
      )}
      {server.failure && server.pending === null && (
        <Notice tone="bad">
          <p>{server.failure.reason}</p>
          <LogLines title="Show what happened" lines={server.failure.log} />
        </Notice>
      )}
      <Actions server={server} owner={owner} xsrf={xsrf} stopping={stopping} onStop={stop} />
    </section>
  )
}

interface FactsProps {
  readonly server: ServerBody
  readonly trouble: 'silent' | 'signed-out' | null
  readonly stopError: string | null
}

/** Since when, and where. What is wrong takes the first line's place, so that nothing moves. */
function Facts({ server, trouble, stopError }: FactsProps) {
  const now = useNow()
  const { verb } = stateOf(server)
  const time = new Date(server.since)
  return (
    <>
      <div role="alert">
        {trouble === 'signed-out' && (
          <p className="wrong">
            You are signed out. <a href={paths.signInAgain(paths.home)}>Sign in again</a>
          </p>
        )}
        {trouble === 'silent' && (
          <p className="wrong">The hub does not answer; this may be out of date.</p>
        )}
        {trouble === null && stopError !== null && <p className="wrong">{stopError}</p>}
      </div>
      {trouble === null && stopError === null && (
        <p>
          {verb === null ? (
            'Start it to open your notebooks.'
          ) : (
            <>
              {verb}{' '}
              <time dateTime={server.since} title={time.toLocaleString()}>
                {since(time, now)}
              </time>
            </>
          )}
        </p>
      )}
      <p className="quiet">
        {server.ready ? (
          <a href={server.url}>{server.full_url ?? server.url}</a>
        ) : (
          (server.full_url ?? server.url)
        )}
      </p>
    </>
  )
}

interface ActionsProps {
  readonly server: ServerBody
  readonly owner: string
  readonly xsrf: string
  readonly stopping: boolean
  readonly onStop: () => void
}

function Actions({ server, owner, xsrf, stopping, onStop }: ActionsProps) {
  const group = useRef<HTMLDivElement>(null)
  const kind = server.ready || stopping ? 'up' : server.pending === 'spawn' ? 'coming' : 'down'
  const what = calledIn(server)
  const before = useRef(kind)
  useEffect(() => {
    // A button that was just used may be gone with the change; the keyboard goes on from the one in its place.
    if (before.current !== kind && document.activeElement === document.body)
      group.current?.querySelector<HTMLElement>('a, button:enabled')?.focus()
    before.current = kind
  }, [kind])
  return (
    <div className="actions" ref={group}>
      {kind === 'up' && (
        <>
          {stopping ? (
            <Button disabled>Open {what}</Button>
          ) : (
            <Button component="a" href={server.url}>
              Open {what}
            </Button>
          )}
          <Button variant="default" loading={stopping} onClick={onStop}>
            Stop {what}
          </Button>
        </>
      )}
      {kind === 'coming' && (
        <>
          <Button component="a" href={paths.spawnPending(owner, server.name)}>
            Show the start
          </Button>
          <Button variant="default" onClick={onStop}>
            Cancel the start
          </Button>
        </>
      )}
      {kind === 'down' && (
        <>
          <PostForm
            action={paths.spawn(owner, undefined, server.name)}
            xsrf={xsrf}
            label={`Start ${what}`}
          >
            {(busy) => (
              <Button type="submit" loading={busy}>
                Start {what}
              </Button>
            )}
          </PostForm>
          {server.name !== '' && <RemoveServer {...{ owner, what, xsrf }} name={server.name} />}
        </>
      )}
    </div>
  )
}

/** What it is called within a sentence. */
function calledIn({ name, display_name: title }: ServerBody): string {
  return name === '' ? 'my server' : title
}
