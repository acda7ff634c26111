import { Button, Checkbox, Textarea } from '@mantine/core'
import { type SubmitEvent, useState } from 'react'

import { call, type Send } from '#core/contract/client.ts'
import type { PageOf } from '#core/contract/pages.ts'
import { makeSignUpLink } from '#core/contract/sign-in.ts'
import { addUsers } from '#core/contract/users.ts'

import { Notice } from '../ui/notice.tsx'
import { LinkList } from './link-list.tsx'
import { useDoing } from './use-people.ts'

interface AddPeopleProps {
  readonly send: Send
  readonly may: PageOf<'people'>['may']
}

/** Adds as many as are named, and shows the links under which they choose their passwords. */
export function AddPeople({ send, may }: AddPeopleProps) {
  const [names, setNames] = useState('')
  const [admin, setAdmin] = useState(false)
  const [links, setLinks] = useState<readonly { name: string; url: string }[]>([])
  const add = useDoing(async (usernames: readonly string[]) => {
    const made = await call(send, addUsers, { body: { usernames: [...usernames], admin } })
    setNames('')
    if (!may.links) return
    const urls = await Promise.all(
      made.map(async ({ name }) => ({
        name,
        url: (await call(send, makeSignUpLink, { params: { user: name } })).url,
      })),
    )
    setLinks(urls)
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const usernames = names.split(/[\n,;]/).flatMap((name) => name.trim() || [])
    if (usernames.length > 0) add.start(usernames)
  }
  return (
    <details className="card">
      <summary>Add people</summary>
      <form className="stack" onSubmit={submit} aria-label="Add people">
        <Textarea
          label="User names"
          description="One a line"
          size="md"
          autosize
          minRows={2}
          maxRows={12}
          value={names}
          onChange={(event) => setNames(event.currentTarget.value)}
          required
          withAsterisk={false}
          autoCapitalize="none"
          spellCheck={false}
        />
        {may.admins && (
          <Checkbox
            label="Make them admins"
            checked={admin}
            onChange={(event) => setAdmin(event.currentTarget.checked)}
          />
        )}
        <div role="alert">
          {add.error !== null && (
            <Notice tone="bad">
              <p>{add.error}</p>
            </Notice>
          )}
        </div>
        <div className="actions">
          <Button type="submit" loading={add.busy}>
            Add
          </Button>
        </div>
      </form>
      {links.length > 0 && <LinkList links={links} />}
    </details>
  )
}
