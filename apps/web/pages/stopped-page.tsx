import { Button } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { PostForm } from '../forms/post-form.tsx'
import { Frame } from '../frame.tsx'
import { paths } from '../paths.ts'
import { whose } from '../servers/server-state.ts'
import { Card } from '../ui/card.tsx'
import { LogLines } from '../ui/log-lines.tsx'
import { Notice } from '../ui/notice.tsx'

/** A server that does not run: why, and a button to start it. */
export function StoppedPage({ data }: { readonly data: PageOf<'stopped'> }) {
  const { failure } = data.server
  const subject = whose(data.owner, data.viewer)
  return (
    <Frame title={failure ? `${subject} is gone` : `${subject} is not running`} data={data}>
      <Card>
        {failure ? (
          <Notice tone="bad" title="What happened">
            <p>{failure.reason}</p>
          </Notice>
        ) : (
          <p>Files are kept while it is stopped. Starting it takes a few seconds.</p>
        )}
        <LogLines title="Last lines of its log" lines={failure?.log ?? []} open />
        <PostForm action={data.start} xsrf={data.xsrf} label="Start the server">
          {(busy) => (
            <div className="actions">
              <Button type="submit" loading={busy} autoFocus>
                {failure ? 'Try again' : 'Start server'}
              </Button>
              <Button component="a" href={paths.home} variant="default">
                Home
              </Button>
            </div>
          )}
        </PostForm>
      </Card>
    </Frame>
  )
}
