import { Loader } from '@mantine/core'
import { useEffect } from 'react'

import type { PageOf } from '#core/contract/pages.ts'

import { Frame } from '../frame.tsx'
import { whose } from '../servers/server-state.ts'
import { useServer } from '../servers/use-server.ts'
import { Card } from '../ui/card.tsx'

/** Waits until the server is gone; loading the page again then offers to start it. */
export function StoppingPage({ data }: { readonly data: PageOf<'stopping'> }) {
  const { server, trouble } = useServer(data.owner, data.server, data.xsrf)
  const over = server.pending !== 'stop' || trouble === 'signed-out'
  useEffect(() => {
    if (over) globalThis.location.reload()
  }, [over])
  return (
    <Frame title={`${whose(data.owner, data.viewer)} is stopping`} data={data}>
      <Card>
        <div className="waiting">
          <Loader size="sm" aria-hidden />
          <output>
            {trouble === 'silent'
              ? 'The hub does not answer; it is asked again and again.'
              : 'Waiting until everything in it has ended. This takes a few seconds.'}
          </output>
        </div>
      </Card>
    </Frame>
  )
}
