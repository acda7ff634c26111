import { type ReactNode, useEffect, useState } from 'react'

interface PostFormProps {
  readonly action: string
  readonly xsrf: string
  /** Gets whether the form is on its way, so that it is not sent twice. */
  readonly children: (busy: boolean) => ReactNode
  readonly label?: string
}

/** A plain form that the browser itself posts, with the token that shows that it is ours. */
export function PostForm({ action, xsrf, label, children }: PostFormProps) {
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    // Who comes back finds the page as it was left, its button still busy.
    const back = () => setBusy(false)
    globalThis.addEventListener('pageshow', back)
    return () => globalThis.removeEventListener('pageshow', back)
  }, [])
  return (
    <form method="post" action={action} aria-label={label} onSubmit={() => setBusy(true)}>
      <input type="hidden" name="_xsrf" value={xsrf} />
      {children(busy)}
    </form>
  )
}
