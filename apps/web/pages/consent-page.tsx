import { Button, Checkbox } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { PostForm } from '../forms/post-form.tsx'
import { Frame } from '../frame.tsx'
import { paths } from '../paths.ts'
import { Card } from '../ui/card.tsx'
import { TickIcon } from '../ui/icons.tsx'

/** Before a program, or somebody else's server, may act for the person who is signed in. */
export function ConsentPage({ data }: { readonly data: PageOf<'consent'> }) {
  const { client, owner, scopes } = data
  const needed = scopes.filter((each) => each.needed)
  const choices = scopes.filter((each) => !each.needed)
  return (
    <Frame title="Do you allow this?" data={data} narrow>
      <Card>
        <p id="asks">
          <strong>{client}</strong> wants to:
        </p>
        <ul className="rights" aria-labelledby="asks">
          {needed.map(({ scope, description }) => (
            <li key={scope}>
              <TickIcon />
              <span>
                {description}
                <br />
                <code className="quiet">{scope}</code>
              </span>
            </li>
          ))}
        </ul>
        {owner !== null && (
          <p>
            It belongs to <strong>{owner}</strong>, who decides what runs there. Go on only if you
            trust {owner}.
          </p>
        )}
        <PostForm action={data.action} xsrf={data.xsrf} label="Permission">
          {(busy) => (
            <div className="stack">
              {needed.map(({ scope }) => (
                <input key={scope} type="hidden" name="scopes" value={scope} />
              ))}
              {choices.length > 0 && (
                <fieldset className="choices">
                  <legend>And, unless you take it out:</legend>
                  {choices.map(({ scope, description }) => (
                    <Checkbox
                      key={scope}
                      name="scopes"
                      value={scope}
                      defaultChecked
                      label={description}
                      description={<code>{scope}</code>}
                    />
                  ))}
                </fieldset>
              )}
              <div className="actions">
                <Button type="submit" loading={busy}>
                  Allow
                </Button>
                <Button component="a" href={paths.home} variant="default">
                  Deny
                </Button>
              </div>
            </div>
          )}
        </PostForm>
      </Card>
    </Frame>
  )
}
