import '../console/kit-styles.ts'
import '../console/console.css'
import './credentials.css'

import type { PageOf } from '#core/contract/pages.ts'

import { Frame } from '../frame.tsx'
import { browserSend } from '../send.ts'
import { ChangePassword } from './change-password.tsx'
import { NewToken } from './new-token.tsx'
import { Sessions } from './sessions.tsx'
import { Tokens } from './tokens.tsx'

/** A person's own keys: tokens for programs, the browsers that are signed in, the password. */
export function CredentialsPage({ data }: { readonly data: PageOf<'credentials'> }) {
  const send = browserSend(data.xsrf)
  const user = data.viewer?.name ?? ''
  return (
    <Frame title="Access" data={data} wide>
      <div className="stack">
        <NewToken send={send} user={user} scopes={data.scopes} longest={data.longest} />
        <Tokens send={send} user={user} />
        <Sessions send={send} user={user} />
        {data.password && <ChangePassword send={send} />}
      </div>
    </Frame>
  )
}
