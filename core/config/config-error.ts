/** The configuration cannot be used. The message holds every mistake, each with its line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** Of a file: each mistake without its line. */
  readonly mistakes: readonly string[]

  constructor(
    message: string,
    {
      cause,
      mistakes = [],
    }: { readonly cause?: unknown; readonly mistakes?: readonly string[] } = {},
  ) {
    super(message, cause === undefined ? {} : { cause })
    this.mistakes = mistakes
  }
}

/** What the system calls a failure, such as ENOENT. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
