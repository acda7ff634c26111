import './ui.css'

import { useEffect, useRef } from 'react'

interface LogLinesProps {
  readonly title: string
  readonly lines: readonly string[]
  readonly open?: boolean
}

/** Lines of a log as they are, folded away; the newest are in sight. */
export function LogLines({ title, lines, open = false }: LogLinesProps) {
  const log = useRef<HTMLPreElement>(null)
  const text = lines.join('\n')
  const showEnd = () => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight
  }
  useEffect(showEnd, [text])
  if (lines.length === 0) return null
  return (
    <details open={open} onToggle={showEnd}>
      <summary>{title}</summary>
      {/* It scrolls, so the keyboard must get there. */}
      <section aria-label={title}>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <pre className="log" ref={log} tabIndex={0}>
          {text}
        </pre>
      </section>
    </details>
  )
}
