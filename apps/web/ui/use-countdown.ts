import { useEffect, useState } from 'react'

/** Seconds left of `from`, down to 0. By the clock, so that a sleeping tab or machine does not stretch them. */
export function useCountdown(from: number): number {
  const [left, setLeft] = useState(from)
  useEffect(() => {
    if (from <= 0) return undefined
    const begun = Date.now()
    const timer = setInterval(() => {
      const now = Math.max(0, from - Math.floor((Date.now() - begun) / 1000))
      setLeft(now)
      if (now === 0) clearInterval(timer)
    }, 250)
    return () => clearInterval(timer)
  }, [from])
  return left
}
