import { Component, type ReactNode } from 'react'

import { damagedPage } from './page-data.ts'
import { ErrorPage } from './pages/error-page.tsx'

interface FailureBoundaryProps {
  readonly children: ReactNode
}

/** A page that cannot be drawn gives a page that says so, never an empty one. */
export class FailureBoundary extends Component<FailureBoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? <ErrorPage data={damagedPage} /> : this.props.children
  }
}
