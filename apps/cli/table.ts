/** Columns side by side, as wide as what is in them; the last one is not filled up. Nothing for no rows. */
export function printTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  print: (line: string) => void = console.log,
): void {
  if (rows.length === 0) return
  const lines = [head.map((name) => name.toUpperCase()), ...rows]
  const widths = head.map((_, column) =>
    Math.max(...lines.map((cells) => Array.from(cells[column] ?? '').length)),
  )
  for (const cells of lines)
    print(
      cells
        .map((cell, at) => padded(cell, widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - Array.from(text).length))
}

/** `2030-01-01 12:00`, of the terminal's own time zone; `never` for none. */
export function shownTime(iso: string | null | undefined): string {
  if (iso === null || iso === undefined) return 'never'
  const at = new Date(iso)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`
}
