import './servers.css'

import type { PageOf } from '#core/contract/pages.ts'

import { Notice } from '../ui/notice.tsx'

type HomeData = Pick<PageOf<'home'>, 'walls' | 'isolated'>

/** Whether notebooks are kept apart: said to everybody when they are not, and to admins wall by wall. */
export function Walls({ walls, isolated }: HomeData) {
  if (!isolated) {
    return (
      <Notice tone="warn" title="Notebooks on this hub are not kept apart from each other">
        <p>
          Everyone who has a notebook here can read and change the files of all others, and of the
          hub itself. Use it alone, or with people whom you trust with everything.
        </p>
        <WallList title="What is not held, and why" walls={walls} />
      </Notice>
    )
  }
  return <WallList title="What keeps notebooks apart on this hub" walls={walls} />
}

function WallList({ title, walls }: { readonly title: string; readonly walls: HomeData['walls'] }) {
  if (walls.length === 0) return null
  return (
    <details>
      <summary>{title}</summary>
      <table className="walls">
        <thead>
          <tr>
            <th scope="col">Wall</th>
            <th scope="col">Held</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {walls.map(({ wall, held, why }) => (
            <tr key={wall}>
              <th scope="row">{wall}</th>
              <td data-held={held}>{held ? 'yes' : 'no'}</td>
              <td>{why}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
