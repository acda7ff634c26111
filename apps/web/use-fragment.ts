import { useEffect, useState } from 'react'

/**
 * The one-time code behind the `#` of the address; empty when there is none. It is taken out of the address bar and the
 * history, where others could come upon it. A link that is opened over an older one counts.
 */
export function useFragment(): string {
  const [code, setCode] = useState(() => globalThis.location.hash.slice(1))
  useEffect(() => {
    const take = () => {
      const found = globalThis.location.hash.slice(1)
      if (found === '') return
      setCode(found)
      const { pathname, search } = globalThis.location
      globalThis.history.replaceState(null, '', pathname + search)
    }
    take()
    globalThis.addEventListener('hashchange', take)
    return () => globalThis.removeEventListener('hashchange', take)
  }, [])
  return code
}
