import './ui.css'

import { type ReactNode, useEffect, useRef } from 'react'

interface SaidProps {
  readonly error: string | null
  /** What the form is about, as long as nothing is wrong. */
  readonly children: ReactNode
}

/** Above a form: what it is about, or what is wrong. It takes the same room; an error is read out, and the keyboard goes there. */
export function Said({ error, children }: SaidProps) {
  const wrong = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (error !== null) wrong.current?.focus()
  }, [error])
  return (
    <div className="said">
      <div role="alert">
        {error !== null && (
          <p className="wrong" ref={wrong} tabIndex={-1}>
            {error}
          </p>
        )}
      </div>
      {error === null && <p>{children}</p>}
    </div>
  )
}
