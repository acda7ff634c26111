import { describeAnnouncementStore } from './announcement-store-contract.ts'
import { FakeAnnouncementStore } from './fake-announcement-store.ts'

describeAnnouncementStore('FakeAnnouncementStore', async () => new FakeAnnouncementStore())
