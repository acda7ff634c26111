/** The end of a server's log, as text. */
export function LogLines({
  lines,
  open = false,
}: {
  readonly lines: readonly string[]
  readonly open?: boolean
}) {
  if (lines.length === 0) return null
  return (
    <details open={open}>
      <summary>Last lines of its log</summary>
      {/* Focusable, so that the keyboard can scroll it. */}
      <pre className="log" tabIndex={0} role="region" aria-label="Last lines of the server's log">
        {lines.join('\n')}
      </pre>
    </details>
  )
}
