/** The configuration cannot be used. The message holds every mistake, each with its line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
