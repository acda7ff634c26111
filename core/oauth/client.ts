/** A program that asks to act for people: a notebook server, a service. */
export interface OAuthClient {
  readonly id: string
  /** In words, for the consent page. */
  readonly description: string
  /** Compared as a string; a path without a host is legal (JupyterHub's servers register one). */
  readonly redirectUri: string
  /** A visitor must hold one of these to be let in. */
  readonly accessScopes: readonly string[]
  /** What it may ask for besides. */
  readonly allowedScopes: readonly string[]
  /** Whose it is: the owner himself is not asked for consent. */
  readonly owner: string | null
  /** Nobody is asked: whoever runs the hub vouches for it. */
  readonly noConfirm: boolean
}

export interface ClientDirectory {
  find(clientId: string): Promise<OAuthClient | undefined>
  /** Whether it is the client's own secret. */
  verifySecret(clientId: string, secret: string): Promise<boolean>
}

/** Several directories as one: the first that knows the client. */
export function anyOf(directories: readonly ClientDirectory[]): ClientDirectory {
  return {
    find: async (clientId) => {
      for (const directory of directories) {
        const found = await directory.find(clientId)
        if (found) return found
      }
      return undefined
    },
    verifySecret: async (clientId, secret) => {
      for (const directory of directories)
        if (await directory.verifySecret(clientId, secret)) return true
      return false
    },
  }
}
