import { Button } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { NameField } from '../forms/name-field.tsx'
import { PasswordField } from '../forms/password-field.tsx'
import { PostForm } from '../forms/post-form.tsx'
import { Frame } from '../frame.tsx'
import { Card } from '../ui/card.tsx'
import { Notice } from '../ui/notice.tsx'
import { useCountdown } from '../ui/use-countdown.ts'

/** A plain form, posted by the browser itself; what was wrong stands below the password, where the keyboard is. */
export function SignInPage({ data }: { readonly data: PageOf<'sign-in'> }) {
  const left = useCountdown(data.retry_after ?? 0)
  const waitIsOver = data.retry_after !== null && left === 0
  const typedBefore = data.name !== ''
  return (
    <Frame title="Sign in" data={data} narrow>
      <div className="stack">
        {data.insecure && (
          <Notice tone="warn" title="This connection is not protected">
            <p>Others on the network can read what you type here.</p>
          </Notice>
        )}
        <Card>
          <PostForm action={data.action} xsrf={data.xsrf} label="Sign in">
            {(busy) => (
              <div className="stack">
                <NameField defaultValue={data.name} autoFocus={!typedBefore} />
                <PasswordField
                  autoComplete="current-password"
                  autoFocus={typedBefore}
                  error={waitIsOver ? null : data.error}
                  hint={waitIsOver ? 'You can try again now.' : null}
                />
                <Button type="submit" loading={busy} disabled={left > 0} fullWidth>
                  {left > 0 ? `Wait ${left} s` : 'Sign in'}
                </Button>
              </div>
            )}
          </PostForm>
        </Card>
      </div>
    </Frame>
  )
}
