/** One event of a starting server's progress, in JupyterHub's format (its progress event stream); `log` is ours. */
export interface ProgressEvent {
  /** 0–100; the last event has 100 and either `ready` or `failed`. */
  readonly progress: number
  readonly message: string
  readonly ready?: true
  readonly failed?: true
  /** Where the server is, with `ready`. */
  readonly url?: string
  /** The last lines of the server's log so far. */
  readonly log?: readonly string[]
}

/** Whether the stream ends with it. */
export function isLast({ ready, failed }: ProgressEvent): boolean {
  return ready === true || failed === true
}
