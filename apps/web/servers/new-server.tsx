import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'

import { call } from '#core/contract/client.ts'
import { createServer } from '#core/contract/servers.ts'

import { paths } from '../paths.ts'
import { browserSend } from '../send.ts'
import { nameFor } from './name-for.ts'
import { said } from '../said.ts'

/** A further server: what it is called makes its name, which stands in its address. */
export function NewServer({ owner, xsrf }: { readonly owner: string; readonly xsrf: string }) {
  const [title, setTitle] = useState('')
  const make = useMutation({
    mutationFn: () =>
      call(browserSend(xsrf), createServer, {
        params: { user: owner, server: nameFor(title) },
        body: { display_name: title.trim().replaceAll(/\s+/g, ' ') },
      }),
    onSuccess: ({ name }) => globalThis.location.assign(paths.spawn(owner, undefined, name)),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate()
  }
  return (
    <form className="card stack" onSubmit={submit} aria-label="A further server">
      <h2>A further server</h2>
      <TextInput
        label="What it is called"
        value={title}
        onChange={({ currentTarget }) => setTitle(currentTarget.value)}
        maxLength={255}
        required
        withAsterisk={false}
        error={make.isError ? said(make.error) : null}
      />
      <div className="actions">
        <Button type="submit" variant="default" loading={make.isPending || make.isSuccess}>
          Create
        </Button>
      </div>
    </form>
  )
}
