import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'

import { call } from '#core/contract/client.ts'
import { stopServer } from '#core/contract/servers.ts'

import { said } from '../said.ts'
import { browserSend } from '../send.ts'

interface RemoveServerProps {
  readonly owner: string
  readonly name: string
  /** What people call it. */
  readonly what: string
  readonly xsrf: string
}

/** Takes a named server away that does not run, after asking. */
export function RemoveServer({ owner, name, what, xsrf }: RemoveServerProps) {
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () =>
      call(browserSend(xsrf), stopServer, {
        params: { user: owner, server: name },
        body: { remove: true },
      }),
    onSuccess: () => globalThis.location.reload(),
  })
  if (!asking) {
    return (
      <Button variant="subtle" color="red" onClick={() => setAsking(true)}>
        Remove {what}
      </Button>
    )
  }
  return (
    <div className="asking">
      <p>Remove it? Your files stay; its name and options go.</p>
      <Button color="red" autoFocus loading={remove.isPending} onClick={() => remove.mutate()}>
        Remove it
      </Button>
      <Button variant="default" onClick={() => setAsking(false)}>
        Leave it
      </Button>
      {remove.isError && (
        <p className="wrong" role="alert">
          {said(remove.error)}
        </p>
      )}
    </div>
  )
}
