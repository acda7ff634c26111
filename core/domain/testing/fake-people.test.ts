import {
  FakeCredentialStore,
  FakeFailureStore,
  FakeLinkStore,
  FakePeople,
  FakeSessionStore,
  FakeTokenStore,
  FakeUserStore,
} from './fake-people.ts'
import { describePeopleStores } from './people-stores-contract.ts'

describePeopleStores('the fakes', async () => {
  const people = new FakePeople()
  return {
    users: new FakeUserStore(people),
    credentials: new FakeCredentialStore(people),
    sessions: new FakeSessionStore(people),
    links: new FakeLinkStore(people),
    tokens: new FakeTokenStore(people),
    failures: new FakeFailureStore(),
  }
})
