/** One line of a starting server's progress, in JupyterHub's format (its progress event stream). */
export type ProgressEvent =
  | { readonly progress: number; readonly message: string }
  | {
      readonly progress: 100
      readonly ready: true
      readonly message: string
      readonly html_message: string
      readonly url: string
    }
  | {
      readonly progress: 100
      readonly failed: true
      readonly message: string
      readonly log?: readonly string[]
    }
