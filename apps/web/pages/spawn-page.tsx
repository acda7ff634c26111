import '@mantine/core/styles/Checkbox.css'
import '@mantine/core/styles/Group.css'
import '@mantine/core/styles/InlineInput.css'

import { Button } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { PostForm } from '../forms/post-form.tsx'
import { SpawnField } from '../forms/spawn-field.tsx'
import { Frame } from '../frame.tsx'
import { paths } from '../paths.ts'
import { Card } from '../ui/card.tsx'
import { Notice } from '../ui/notice.tsx'

/** What is asked before a server starts. What was chosen stays when it is refused. */
export function SpawnPage({ data }: { readonly data: PageOf<'spawn'> }) {
  const { server, fields, error } = data
  return (
    <Frame
      title={server.name === '' ? 'Start a server' : `Start ${server.display_name}`}
      data={data}
    >
      <Card>
        {error !== null && (
          <Notice tone="bad" title="That could not be started" sudden>
            <p>{error}</p>
          </Notice>
        )}
        <PostForm action={data.action} xsrf={data.xsrf} label="Start the server">
          {(busy) => (
            <div className="stack">
              <input type="hidden" name="_form" value="1" />
              {fields.map((field) => (
                <SpawnField key={field.name} field={field} />
              ))}
              <div className="actions">
                <Button type="submit" loading={busy}>
                  Start
                </Button>
                <Button component="a" href={paths.home} variant="default">
                  Home
                </Button>
              </div>
            </div>
          )}
        </PostForm>
      </Card>
    </Frame>
  )
}
