/** One-time links to be handed on, each selected as a whole when it is clicked. */
export function LinkList({
  links,
}: {
  readonly links: readonly { readonly name: string; readonly url: string }[]
}) {
  return (
    <div className="links">
      <p className="quiet">
        Hand each link to its person: whoever has it chooses the password, once, within a week. It
        is shown only here.
      </p>
      <dl>
        {links.map(({ name, url }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code className="secret">{url}</code>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
