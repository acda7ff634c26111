interface WhenProps {
  /** ISO 8601. */
  readonly time: string | null
  /** What is said when there is no such time. */
  readonly never?: string
}

/** A point in time, in the reader's own calendar. */
export function When({ time, never = '–' }: WhenProps) {
  if (time === null) return never
  return <time dateTime={time}>{new Date(time).toLocaleString()}</time>
}
