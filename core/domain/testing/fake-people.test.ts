import {
  FakeCredentialStore,
  FakeFailureStore,
  FakeLinkStore,
  FakePeople,
  FakeTokenStore,
  FakeUserStore,
} from './fake-people.ts'
import { FakeGroupStore } from './fake-group-store.ts'
import { FakeHeldCredentialStore, FakeSessionStore } from './fake-session-store.ts'
import { describePeopleStores } from './people-stores-contract.ts'

describePeopleStores('the fakes', async () => {
  const people = new FakePeople()
  return {
    users: new FakeUserStore(people),
    groups: new FakeGroupStore(people),
    credentials: new FakeCredentialStore(people),
    sessions: new FakeSessionStore(people),
    held: new FakeHeldCredentialStore(people),
    links: new FakeLinkStore(people),
    tokens: new FakeTokenStore(people),
    failures: new FakeFailureStore(),
  }
})
