import type { PageOf } from '#core/contract/pages.ts'

import { Frame } from '../frame.tsx'
import { NewServer } from '../servers/new-server.tsx'
import { ServerCard } from '../servers/server-card.tsx'
import { useNotices } from '../servers/use-notices.ts'
import { Walls } from '../servers/walls.tsx'
import { ServiceMenu } from '../services/service-menu.tsx'

export function HomePage({ data }: { readonly data: PageOf<'home'> }) {
  const owner = data.viewer?.name ?? ''
  const notices = useNotices(owner, data.xsrf)
  return (
    <Frame title="Home" data={data}>
      <div className="stack">
        {[data.server, ...data.named].map((server) => (
          <ServerCard
            key={server.name}
            owner={owner}
            server={server}
            notice={notices.get(server.name)}
            xsrf={data.xsrf}
          />
        ))}
        {data.named_allowed && <NewServer owner={owner} xsrf={data.xsrf} />}
        <ServiceMenu services={data.services} />
        <Walls walls={data.walls} isolated={data.isolated} />
      </div>
    </Frame>
  )
}
