import type { Session } from '#core/domain/sign-in/session.ts'
import type { Token } from '#core/domain/tokens/token.ts'
import type { User } from '#core/domain/users/user.ts'

/** Who is asking, and what he may do. `scopes` are expanded: no `self`, no `inherit`, filters written out. */
export type Caller =
  | {
      readonly by: 'session'
      readonly user: User
      readonly session: Session
      readonly scopes: readonly string[]
    }
  | {
      readonly by: 'token'
      readonly user: User
      readonly token: Token
      readonly scopes: readonly string[]
    }
  | { readonly by: 'operator'; readonly scopes: readonly string[] }
