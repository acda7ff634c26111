import type { PageOf } from '#core/contract/pages.ts'

import { Frame } from '../frame.tsx'
import { ServerCard } from '../servers/server-card.tsx'
import { Walls } from '../servers/walls.tsx'

export function HomePage({ data }: { readonly data: PageOf<'home'> }) {
  return (
    <Frame title="Home" data={data}>
      <div className="stack">
        <ServerCard owner={data.viewer?.name ?? ''} server={data.server} xsrf={data.xsrf} />
        <Walls walls={data.walls} isolated={data.isolated} />
      </div>
    </Frame>
  )
}
