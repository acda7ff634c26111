/** A number, or why it is not known. */
export type Measured = { readonly value: number } | { readonly value: null; readonly why: string }

/** What a running server uses, all its processes together. */
export interface ServerUsage {
  /** Bytes. */
  readonly memory: Measured
  /** Seconds of processor time since the server was started. */
  readonly cpu: Measured
  /** Bytes of its owner's files. */
  readonly disk: Measured
}
