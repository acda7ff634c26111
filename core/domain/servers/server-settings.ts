/** What the operator says about servers. It can change while the hub runs: whoever uses it asks anew each time. */
export interface ServerSettings {
  /** From the start to the first answer. */
  readonly startTimeoutMs: number
  /** The operator's own additions to every server's environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Where a server's own address leads, such as `/lab`. */
  readonly defaultUrl: string
}
