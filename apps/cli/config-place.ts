import type { Send } from '#core/contract/client.ts'

/** Where the file is, and how the hub is reached that may be reading it. */
export interface ConfigPlace {
  readonly fileOf: (options: { readonly config?: string }) => string
  readonly send: () => Send
}
