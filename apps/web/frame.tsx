import './frame.css'

import { type ReactNode, useEffect } from 'react'

import type { PageData } from '#core/contract/pages.ts'

import { AnnouncementBox } from './ui/announcement-box.tsx'
import { paths } from './paths.ts'

interface FrameProps {
  /** Of the page, and of the browser's tab. */
  readonly title: string
  readonly data: Pick<PageData, 'viewer' | 'version' | 'page' | 'announcement'>
  /** For forms and short messages. */
  readonly narrow?: boolean
  /** For tables. */
  readonly wide?: boolean
  readonly children: ReactNode
}

/** What is around every page: the header with who is signed in, and the one heading. */
export function Frame({ title, data, narrow = false, wide = false, children }: FrameProps) {
  const { viewer, version, page, announcement } = data
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
          <span>Bulkhead</span>
        </a>
        {viewer && (
          <nav className="account" aria-label="Account">
            <span className="who" title={viewer.name}>
              {viewer.name}
            </span>
            <a href={paths.home} aria-current={page === 'home' ? 'page' : undefined}>
              Home
            </a>
            <a href={paths.credentials} aria-current={page === 'credentials' ? 'page' : undefined}>
              Access
            </a>
            {viewer.console && (
              <a
                href={paths.people}
                aria-current={page === 'people' || page === 'groups' ? 'page' : undefined}
              >
                Admin
              </a>
            )}
            <a href={paths.signOut}>Sign out</a>
          </nav>
        )}
      </header>
      <main id="content" className={narrow ? 'narrow' : wide ? 'wide' : undefined} tabIndex={-1}>
        {announcement && <AnnouncementBox {...announcement} />}
        <h1>{title}</h1>
        {children}
      </main>
      {viewer && <footer className="footer">Bulkhead {version}</footer>}
    </div>
  )
}
