import { FakeGroupStore } from './fake-group-store.ts'
import { FakePeople, FakeUserStore } from './fake-people.ts'
import { FakeServerStore } from './fake-server-store.ts'
import { FakeShareStore } from './fake-share-store.ts'
import { describeShareStore } from './share-store-contract.ts'

describeShareStore('FakeShareStore', async () => {
  const people = new FakePeople()
  const servers = new FakeServerStore((name) => people.named(name)?.id)
  return {
    shares: new FakeShareStore(people, (id) => servers.stateOf(id)),
    users: new FakeUserStore(people),
    groups: new FakeGroupStore(people),
    servers,
  }
})
