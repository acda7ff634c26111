import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { type SubmitEvent, useState } from 'react'

import { call, type Send } from '#core/contract/client.ts'
import { createToken } from '#core/contract/tokens.ts'

import { useDoing } from '../console/use-people.ts'

const HOUR = 3600
const LIFETIMES = [
  { value: String(HOUR), label: '1 hour' },
  { value: String(24 * HOUR), label: '1 day' },
  { value: String(7 * 24 * HOUR), label: '1 week' },
  { value: String(30 * 24 * HOUR), label: '30 days' },
  { value: '', label: 'Never' },
] as const

interface NewTokenProps {
  readonly send: Send
  readonly user: string
  readonly scopes: readonly string[]
  /** Seconds; null: for ever. */
  readonly longest: number | null
}

/** Makes a token, and shows it this once. */
export function NewToken({ send, user, scopes, longest }: NewTokenProps) {
  const [note, setNote] = useState('')
  const [lifetime, setLifetime] = useState<string>(LIFETIMES[0].value)
  const [wanted, setWanted] = useState('')
  const [token, setToken] = useState<string | null>(null)
  const make = useDoing(async () => {
    const chosen = wanted.split(/[\s,]+/).filter((scope) => scope !== '')
    const made = await call(send, createToken, {
      params: { user },
      body: {
        note,
        ...(lifetime !== '' && { expires_in: Number(lifetime) }),
        ...(chosen.length > 0 && { scopes: chosen }),
      },
    })
    setToken(made.token)
    setNote('')
  })
  const offered = LIFETIMES.filter(({ value }) =>
    longest === null ? true : value !== '' && Number(value) <= longest,
  )
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setToken(null)
    make.start(undefined)
  }
  return (
    <section className="card stack" aria-labelledby="new-token">
      <h2 id="new-token">New token</h2>
      <p className="quiet">A program that shows a token acts as you. Treat it like a password.</p>
      <form className="stack" onSubmit={submit} aria-label="New token">
        <div className="toolbar">
          <TextInput
            label="What it is for"
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            maxLength={255}
          />
          <NativeSelect
            label="Expires after"
            size="md"
            value={lifetime}
            onChange={(event) => setLifetime(event.currentTarget.value)}
            data={[...offered]}
          />
        </div>
        <WantedScopes value={wanted} onChange={setWanted} held={scopes} />
        <div role="alert">{make.error !== null && <p className="wrong">{make.error}</p>}</div>
        <div className="actions">
          <Button type="submit" loading={make.busy}>
            Make a token
          </Button>
        </div>
      </form>
      <div aria-live="polite">
        {token !== null && (
          <p>
            Copy it now; it is shown only this once:
            <br />
            <code className="secret">{token}</code>
          </p>
        )}
      </div>
    </section>
  )
}

interface WantedScopesProps {
  readonly value: string
  readonly onChange: (text: string) => void
  readonly held: readonly string[]
}

/** What a token may do, for who wants to narrow it; beside it what there is to choose from. */
function WantedScopes({ value, onChange, held }: WantedScopesProps) {
  return (
    <details>
      <summary>What it may do</summary>
      <div className="stack">
        <Textarea
          label="Scopes"
          description="Separated by spaces; without any, it may do all that you may"
          size="md"
          autosize
          minRows={2}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          autoCapitalize="none"
          spellCheck={false}
        />
        <details>
          <summary>Show what you hold</summary>
          <ul className="scopes">
            {held.map((scope) => (
              <li key={scope}>
                <code>{scope}</code>
              </li>
            ))}
          </ul>
        </details>
      </div>
    </details>
  )
}
