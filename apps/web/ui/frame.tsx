import { Anchor, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'

import { paths } from '../paths.ts'

interface FrameProps {
  /** Of the page, and of the browser's tab. */
  readonly title: string
  readonly viewer: { readonly name: string } | null
  /** For forms: less wide. */
  readonly narrow?: boolean
  readonly children: ReactNode
}

/** What is around every page: the header with who is signed in, and the one heading. */
export function Frame({ title, viewer, narrow = false, children }: FrameProps) {
  useEffect(() => {
    document.title = `${title} · Bulkhead`
  }, [title])
  return (
    <div className="page">
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="header">
        <a className="brand" href={viewer ? paths.home : paths.signIn}>
          <img src={paths.logo} alt="" width={28} height={28} />
          Bulkhead
        </a>
        {viewer && (
          <nav
            aria-label="Account"
            style={{ display: 'flex', gap: '1rem', alignItems: 'center', minWidth: 0 }}
          >
            <Text size="sm" truncate>
              {viewer.name}
            </Text>
            <Anchor size="sm" href={paths.home} c="inherit">
              Home
            </Anchor>
            <Anchor size="sm" href={paths.signOut} c="inherit" style={{ whiteSpace: 'nowrap' }}>
              Sign out
            </Anchor>
          </nav>
        )}
      </header>
      <main
        id="content"
        className={narrow ? 'narrow' : undefined}
        tabIndex={-1}
        style={{ outline: 'none' }}
      >
        <Title order={1} size="h2" mb="lg">
          {title}
        </Title>
        {children}
      </main>
    </div>
  )
}
