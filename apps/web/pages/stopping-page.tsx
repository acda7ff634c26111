import { Group, Loader, Paper } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'

import { getServer } from '#core/contract/api.ts'
import { call } from '#core/contract/client.ts'
import type { PageOf } from '#core/contract/pages.ts'

import { browserSend } from '../send.ts'
import { Frame } from '../ui/frame.tsx'

/** Waits until the server is gone; loading the page again then offers to start it. */
export function StoppingPage({ data }: { readonly data: PageOf<'stopping'> }) {
  const server = useQuery({
    queryKey: ['server'],
    queryFn: () =>
      call(browserSend(data.xsrf), getServer, {
        params: { user: data.owner, server: data.server.name },
      }),
    refetchInterval: 1000,
    initialData: data.server,
  })
  const gone = server.data.pending !== 'stop'
  useEffect(() => {
    if (gone) globalThis.location.reload()
  }, [gone])
  return (
    <Frame title="The server is stopping" viewer={data.viewer}>
      <Paper withBorder p="lg">
        <Group>
          <Loader size="sm" aria-label="Waiting" />
          <output>Waiting until everything in it has ended. This takes a few seconds.</output>
        </Group>
      </Paper>
    </Frame>
  )
}
