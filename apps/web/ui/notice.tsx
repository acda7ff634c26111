import './ui.css'

import { type ReactNode, useEffect, useRef } from 'react'

import { ErrorIcon, WarningIcon } from './icons.tsx'

interface NoticeProps {
  readonly tone: 'bad' | 'warn'
  readonly title?: string
  /** For what comes up while one is looking: it is read out, and the keyboard goes there. */
  readonly sudden?: boolean
  readonly children: ReactNode
}

/** A box that says what is wrong, or what to mind. */
export function Notice({ tone, title, sudden = false, children }: NoticeProps) {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (sudden) box.current?.focus()
  }, [sudden])
  return (
    <div
      ref={box}
      className="notice"
      data-tone={tone}
      {...(sudden && { role: 'alert', tabIndex: -1 })}
    >
      {tone === 'bad' ? <ErrorIcon /> : <WarningIcon />}
      <div>
        {title !== undefined && (
          <p>
            <strong>{title}</strong>
          </p>
        )}
        {children}
      </div>
    </div>
  )
}
