import type { Capability } from '#core/domain/servers/spawner.ts'

const SHARED = "every notebook runs as the hub's own account"

/** What a plain process holds: nothing. Said in full, so that nobody takes it for more. */
export const CAPABILITIES: readonly Capability[] = [
  { wall: 'account', held: false, why: `${SHARED}: whoever has one can do all that the hub can` },
  {
    wall: 'files',
    held: false,
    why: "everyone's files, and the hub's database and secrets, can be read and changed from any notebook",
  },
  { wall: 'processes', held: false, why: 'each notebook sees the others and can end them' },
  { wall: 'temporary files', held: false, why: '/tmp and /dev/shm are shared by all' },
  {
    wall: 'network',
    held: false,
    why: 'notebooks reach whatever this machine reaches, each other included',
  },
  { wall: 'memory', held: false, why: 'one notebook can use up all memory' },
  { wall: 'cpu', held: false, why: 'one notebook can keep all processors busy' },
  {
    wall: 'tasks',
    held: false,
    why: 'one notebook can start processes until the machine stands still',
  },
  { wall: 'disk', held: false, why: 'one notebook can fill the disk' },
]
