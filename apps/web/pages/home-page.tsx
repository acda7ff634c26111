import { Alert, Button, Group, Paper, Stack, Table, Text, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { getServer, stopServer } from '#core/contract/api.ts'
import { ApiError, call } from '#core/contract/client.ts'
import type { ServerBody } from '#core/contract/models.ts'
import type { PageOf } from '#core/contract/pages.ts'

import { paths } from '../paths.ts'
import { browserSend } from '../send.ts'
import { since } from '../since.ts'
import { Frame } from '../ui/frame.tsx'
import { LogLines } from '../ui/log-lines.tsx'
import { PostForm } from '../ui/post-form.tsx'

type Data = PageOf<'home'>

export function HomePage({ data }: { readonly data: Data }) {
  return (
    <Frame title="Home" viewer={data.viewer}>
      <Stack gap="lg">
        <ServerCard data={data} />
        {!data.isolated && <NotIsolated walls={data.walls} />}
      </Stack>
    </Frame>
  )
}

/** What a server's state is called, and the colour of its dot; the words alone say it all. */
function wordsFor({ ready, pending, failure, started }: ServerBody): {
  readonly words: string
  readonly dot: string
} {
  if (ready) return { words: 'Running', dot: '#2f9e44' }
  if (pending === 'spawn') return { words: 'Starting', dot: '#1c7ed6' }
  if (pending === 'stop') return { words: 'Stopping', dot: '#1c7ed6' }
  if (failure) return { words: 'Ended by itself', dot: '#e03131' }
  return { words: started === null ? 'Not started yet' : 'Stopped', dot: '#868e96' }
}

function ServerCard({ data }: { readonly data: Data }) {
  const user = data.viewer?.name ?? ''
  const send = browserSend(data.xsrf)
  const queries = useQueryClient()
  const query = useQuery({
    queryKey: ['server'],
    queryFn: () =>
      call(send, getServer, { params: { user, server: '' } }).catch((error: unknown) => {
        // Never started: there is nothing to ask for yet.
        if (error instanceof ApiError && error.status === 404) return data.server
        throw error
      }),
    initialData: data.server,
    refetchInterval: ({ state }) => (state.data?.pending ? 1000 : 5000),
  })
  const server = query.data
  const stop = useMutation({
    mutationFn: () => call(send, stopServer, { params: { user, server: '' } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['server'] }),
  })
  const now = useNow()
  const { words, dot } = wordsFor(server)
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="server">
      <Title order={2} size="h4" id="server" mb="md">
        My server
      </Title>
      <dl className="facts">
        <dt>State</dt>
        <dd>
          <span className="dot" style={{ '--dot': dot } as React.CSSProperties} aria-hidden />
          <output>{words}</output>
        </dd>
        <dt>Since</dt>
        <dd>
          {server.started === null ? (
            '–'
          ) : (
            <time dateTime={server.since}>{since(new Date(server.since), now)}</time>
          )}
        </dd>
        <dt>Address</dt>
        <dd>{server.full_url}</dd>
      </dl>
      {server.failure && (
        <Alert
          color="red"
          variant="light"
          mt="md"
          title="What happened"
          styles={{ title: { color: 'light-dark(#862e2e, #ffc9c9)' } }}
        >
          <Text size="sm" mb="xs">
            {server.failure.reason}
          </Text>
          <LogLines lines={server.failure.log} />
        </Alert>
      )}
      <Group mt="lg" mih="2.25rem">
        <Actions
          server={server}
          user={user}
          xsrf={data.xsrf}
          stopping={stop.isPending || server.pending === 'stop'}
          onStop={() => stop.mutate()}
        />
      </Group>
      <div className="said" role="alert">
        {stop.isError && <Text mt="xs">{stop.error.message}</Text>}
        {query.isError && (
          <Text mt="xs">
            The hub does not answer at the moment; what is shown here may be out of date.
          </Text>
        )}
      </div>
    </Paper>
  )
}

interface ActionsProps {
  readonly server: ServerBody
  readonly user: string
  readonly xsrf: string
  readonly stopping: boolean
  readonly onStop: () => void
}

function Actions({ server, user, xsrf, stopping, onStop }: ActionsProps) {
  const stopButton = (label: string) => (
    <Button variant="default" loading={stopping} onClick={onStop}>
      {label}
    </Button>
  )
  if (server.ready || stopping) {
    return (
      <>
        <Button component="a" href={server.url}>
          Open my server
        </Button>
        {stopButton('Stop my server')}
      </>
    )
  }
  if (server.pending === 'spawn') {
    return (
      <>
        <Button component="a" href={`/hub/spawn-pending/${encodeURIComponent(user)}`}>
          Show the start
        </Button>
        {stopButton('Cancel the start')}
      </>
    )
  }
  return (
    <PostForm action={paths.spawn(user)} xsrf={xsrf} label="Start my server">
      {(busy) => (
        <Button type="submit" loading={busy}>
          Start my server
        </Button>
      )}
    </PostForm>
  )
}

/** Said in plain words to everybody; admins see what each wall would be. */
function NotIsolated({ walls }: { readonly walls: Data['walls'] }) {
  return (
    <Alert
      color="yellow"
      variant="light"
      title="Notebooks on this hub are not kept apart"
      styles={{ title: { color: 'light-dark(#664d03, #ffec99)' } }}
    >
      <Text size="sm">
        Everyone who has a notebook here can read and change the files of all others, and of the hub
        itself. Use it alone, or with people whom you trust with everything.
      </Text>
      {walls.length > 0 && (
        <details>
          <summary>What is not held, and why</summary>
          <Table aria-label="Walls" mt="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Wall</Table.Th>
                <Table.Th>Held</Table.Th>
                <Table.Th>Why</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {walls.map(({ wall, held, why }) => (
                <Table.Tr key={wall}>
                  <Table.Td>{wall}</Table.Td>
                  <Table.Td>{held ? 'yes' : 'no'}</Table.Td>
                  <Table.Td>{why}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </details>
      )}
    </Alert>
  )
}

function useNow(): Date {
  const [now, setNow] = useState(() => new Date())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 5000)
    return () => clearInterval(timer)
  }, [])
  return now
}
