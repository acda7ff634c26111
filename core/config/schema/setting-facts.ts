/** What a setting's schema says of it besides its type, default and description. */
export interface SettingFacts {
  /** Not shown unless it is asked for. */
  readonly secret?: boolean
  /** A change waits for the hub's next start. Absent: it is applied to the running hub. */
  readonly live?: 'restart'
  /** What its value looks like, in words, where the type alone does not say it. */
  readonly shape?: string
}

declare module 'zod' {
  // Zod's own way of typing what `.meta()` takes.
  interface GlobalMeta extends SettingFacts {}
}
