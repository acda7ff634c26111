import { useEffect, useState } from 'react'

/**
 * The one-time code behind the `#` of the address. It is taken out of the address bar and the history, where others could
 * come upon it.
 */
export function useFragment(): string {
  const [code] = useState(() => globalThis.location.hash.slice(1))
  useEffect(() => {
    if (code !== '') globalThis.history.replaceState(null, '', globalThis.location.pathname)
  }, [code])
  return code
}
