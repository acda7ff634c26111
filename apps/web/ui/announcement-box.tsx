import './ui.css'

import type { PageData } from '#core/contract/pages.ts'

import { ErrorIcon, WarningIcon } from './icons.tsx'

const TONES = { info: 'told', warning: 'warn', critical: 'bad' } as const

/** What the operator tells everybody, above whatever the page is about. */
export function AnnouncementBox({ text, level }: NonNullable<PageData['announcement']>) {
  return (
    <section className="notice announcement" aria-label="Announcement" data-tone={TONES[level]}>
      {level === 'warning' && <WarningIcon />}
      {level === 'critical' && <ErrorIcon />}
      <div>{text}</div>
    </section>
  )
}
