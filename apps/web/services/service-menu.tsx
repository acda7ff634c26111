import { Button } from '@mantine/core'
import { useId } from 'react'

import type { PageOf } from '#core/contract/pages.ts'

/** The services that one may use; nothing at all when there are none. */
export function ServiceMenu({ services }: Pick<PageOf<'home'>, 'services'>) {
  const heading = useId()
  if (services.length === 0) return null
  return (
    <nav className="card stack" aria-labelledby={heading}>
      <h2 id={heading}>Services</h2>
      <div className="actions">
        {services.map(({ name, url }) => (
          <Button key={name} component="a" href={url} variant="default">
            {name}
          </Button>
        ))}
      </div>
    </nav>
  )
}
