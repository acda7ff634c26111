import { Button, Loader } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'

import { readSignUp, useSignUp as signUpEndpoint } from '#core/contract/sign-in.ts'
import { ApiError, call } from '#core/contract/client.ts'
import type { PageOf } from '#core/contract/pages.ts'

import { PasswordForm } from '../forms/password-form.tsx'
import { Frame } from '../frame.tsx'
import { paths } from '../paths.ts'
import { browserSend } from '../send.ts'
import { Card } from '../ui/card.tsx'
import { useFragment } from '../use-fragment.ts'

/** Under a one-time link: a person whose account an admin has made chooses the first password. */
export function SignUpPage({ data }: { readonly data: PageOf<'sign-up'> }) {
  const code = useFragment()
  const send = browserSend(data.xsrf)
  const owner = useQuery({
    queryKey: ['sign-up', code],
    queryFn: () => call(send, readSignUp, { body: { code } }),
    enabled: code !== '',
    retry: (times, error) => times < 3 && !(error instanceof ApiError),
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  })

  if (code === '') {
    return (
      <Gone
        data={data}
        title="Open the link again"
        text="The code at the end of the link is missing. Open the whole link that you were given."
      />
    )
  }
  if (owner.error instanceof ApiError)
    return <Gone data={data} title="This link is no longer good" text={owner.error.message} />
  const name = owner.data?.name
  return (
    <Frame title={name === undefined ? 'Welcome' : `Welcome, ${name}`} data={data} narrow>
      <Card>
        <div className="sign-up">
          {name === undefined ? (
            <Looking failed={owner.isError} again={() => void owner.refetch()} />
          ) : (
            <PasswordForm
              intro="Choose the password that you will sign in with."
              name={name}
              button="Set password"
              submit={({ password }) => call(send, signUpEndpoint, { body: { code, password } })}
            />
          )}
        </div>
      </Card>
    </Frame>
  )
}

/** While it is not known whose link it is. */
function Looking({ failed, again }: { readonly failed: boolean; readonly again: () => void }) {
  if (!failed) {
    return (
      <>
        <Loader size="sm" aria-hidden />
        <output className="quiet">Looking at the link</output>
      </>
    )
  }
  return (
    <div className="stack">
      <p role="alert">The hub does not answer.</p>
      <Button onClick={again}>Try again</Button>
    </div>
  )
}

interface GoneProps {
  readonly data: PageOf<'sign-up'>
  readonly title: string
  readonly text: string
}

function Gone({ data, title, text }: GoneProps) {
  return (
    <Frame title={title} data={data} narrow>
      <div className="stack">
        <p role="alert">{text}</p>
        <p>
          Have you chosen a password already? <a href={paths.signIn}>Sign in</a>
        </p>
      </div>
    </Frame>
  )
}
