/** A way in which this hub answers otherwise than JupyterHub 6.1.1, and why. */
export interface Difference {
  readonly id: string
  /** Which requests: `noun METHOD /path caller body`, as the tables have them. */
  readonly at: RegExp
  /** Which lines of the comparison: `where: theirs ≠ ours`. */
  readonly differs: RegExp
  /** For people: what is asked, what JupyterHub answers, what this hub does. */
  readonly what: string
  readonly theirs: string
  readonly ours: string
  readonly why: string
}

/** That the status is another; what else differs in such an answer follows from it. */
export function status(theirs: number, ours: number): RegExp {
  return new RegExp(`^status: ${theirs} ≠ ${ours}$|^header\\.(?:type|location): `)
}
