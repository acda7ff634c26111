import { paths } from '../paths.ts'

/** Between the operator's pages. */
export function ConsoleTabs({ current }: { readonly current: 'people' | 'groups' }) {
  return (
    <nav className="tabs" aria-label="Administration">
      <a href={paths.people} aria-current={current === 'people' ? 'page' : undefined}>
        People
      </a>
      <a href={paths.groups} aria-current={current === 'groups' ? 'page' : undefined}>
        Groups
      </a>
    </nav>
  )
}
