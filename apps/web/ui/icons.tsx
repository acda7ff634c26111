import type { ReactNode } from 'react'

/** Icons only repeat what the words beside them say, so screen readers pass them over. */
function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg
      width="20"
      height="20"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      {children}
    </svg>
  )
}

/** A triangle: mind this. */
export function WarningIcon() {
  return (
    <Icon>
      <path d="M10 3.2 17.6 16.3H2.4z M10 8.3v3.6 M10 14.1v.05" />
    </Icon>
  )
}

/** A disc: this went wrong. */
export function ErrorIcon() {
  return (
    <Icon>
      <circle cx="10" cy="10" r="7.5" />
      <path d="M10 6.2v4.5 M10 13.6v.05" />
    </Icon>
  )
}

/** A tick: so it is. */
export function TickIcon() {
  return (
    <Icon>
      <path d="m4.5 10.5 3.7 3.7 7.3-8" />
    </Icon>
  )
}
