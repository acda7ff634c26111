/** The waits between tries: doubling from `first` up to `most` milliseconds, for ever. */
export function* backoff(first: number, most: number): Generator<number, never> {
  for (let wait = first; ; wait = Math.min(wait * 2, most)) yield wait
}
