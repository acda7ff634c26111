import './ui.css'

import type { ReactNode } from 'react'

/** A sheet that things stand on, below one another. */
export function Card({ children }: { readonly children: ReactNode }) {
  return <div className="card stack">{children}</div>
}
