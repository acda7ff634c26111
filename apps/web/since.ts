const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** How long ago something was, in words: `3 minutes ago`. */
export function since(time: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - time.getTime()) / 1000))
  const [unit, length] = STEPS.find(([, step]) => seconds >= step) ?? ['second', 1]
  if (seconds < 10) return 'just now'
  return new Intl.RelativeTimeFormat('en').format(-Math.floor(seconds / length), unit)
}
