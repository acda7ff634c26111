import { describeCredentialStore } from './credential-store-contract.ts'
import { describeFailureStore } from './failure-store-contract.ts'
import { describeGroupStore } from './group-store-contract.ts'
import { describeHeldCredentialStore } from './held-credential-store-contract.ts'
import { describeLinkStore } from './link-store-contract.ts'
import type { MakePeopleStores } from './people-stores.ts'
import { describeSessionStore } from './session-store-contract.ts'
import { describeTokenStore } from './token-store-contract.ts'
import { describeUserStore } from './user-store-contract.ts'

/** What the stores of people promise, each by itself and together. */
export function describePeopleStores(name: string, make: MakePeopleStores): void {
  for (const describeOne of [
    describeUserStore,
    describeGroupStore,
    describeCredentialStore,
    describeSessionStore,
    describeLinkStore,
    describeTokenStore,
    describeFailureStore,
    describeHeldCredentialStore,
  ])
    describeOne(name, make)
}
