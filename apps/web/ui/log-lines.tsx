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
      {/* Browsers let the keyboard into what scrolls by itself. */}
      <section aria-label="Last lines of the server's log">
        <pre className="log">{lines.join('\n')}</pre>
      </section>
    </details>
  )
}
