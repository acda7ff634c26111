import { HubError } from '../errors.ts'
import type { Occupancy, Occupied } from '../activity/occupancy.ts'
import type { Server } from '../servers/server.ts'

/** Servers that say what they are told to, by the path of their owner and name; nothing goes on in the others. */
export class FakeOccupancy implements Occupancy {
  readonly says = new Map<string, Occupied | 'nothing'>()
  asked = 0

  async ask({ id }: Server): Promise<Occupied> {
    this.asked++
    const said = this.says.get(`${id.user}/${id.name}`)
    if (said === 'nothing') throw new HubError('unavailable', 'the server does not answer')
    return said ?? { busy: null, lastActivity: null }
  }
}
