import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'

import { call } from '#core/contract/client.ts'
import { keepServer } from '#core/contract/culling.ts'

import { said } from '../said.ts'
import { browserSend } from '../send.ts'
import { Notice } from '../ui/notice.tsx'
import { useNow } from '../use-now.ts'
import { type Ending, shortTime } from './notices.ts'

interface EndingNoticeProps {
  readonly owner: string
  /** What it is called within a sentence. */
  readonly what: string
  readonly ending: Ending
  readonly xsrf: string
}

/** That a server is about to be stopped, and the way to keep it. */
export function EndingNotice({ owner, what, ending, xsrf }: EndingNoticeProps) {
  const now = useNow()
  const keep = useMutation({
    mutationFn: () =>
      call(browserSend(xsrf), keepServer, { params: { user: owner, server: ending.server } }),
  })
  const time = <time dateTime={ending.ends_at}>{shortTime(new Date(ending.ends_at), now)}</time>
  return (
    <Notice tone="warn">
      <output className="ending">
        {ending.reason === 'age' ? (
          <span>Stops at {time}, for it has run as long as servers may here. Save your work.</span>
        ) : (
          <>
            <span>Stops at {time} unless you use it.</span>
            <Button
              size="compact-md"
              variant="default"
              loading={keep.isPending}
              onClick={() => keep.mutate()}
            >
              Keep {what} running
            </Button>
          </>
        )}
        {keep.isError && <span className="wrong">{said(keep.error)}</span>}
      </output>
    </Notice>
  )
}
