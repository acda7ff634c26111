import { HubError } from '../errors.ts'
import { SCOPE_TREE } from './scope-tree.ts'

/** A scope that the operator defines for services of his own; it means nothing to the hub but its name. */
export interface CustomScope {
  readonly name: string
  readonly description: string
  /** Custom ones too. */
  readonly includes: readonly string[]
}

/** Every scope that there is: JupyterHub's, and the operator's own. */
export class ScopeCatalog {
  readonly #tree: ReadonlyMap<string, readonly string[]>
  readonly #custom: ReadonlyMap<string, CustomScope>
  readonly #included = new Map<string, readonly string[]>()

  constructor(custom: readonly CustomScope[] = []) {
    this.#custom = new Map(custom.map((scope) => [scope.name, scope]))
    this.#tree = new Map([
      ...Object.entries(SCOPE_TREE),
      ...custom.map(({ name, includes }) => [name, includes] as const),
    ])
  }

  has(name: string): boolean {
    return this.#tree.has(name)
  }

  /** The scope and everything that it includes. @throws HubError `invalid` for what does not exist */
  withIncluded(name: string): readonly string[] {
    if (!this.has(name)) throw new HubError('invalid', `there is no scope '${name.slice(0, 80)}'`)
    const known = this.#included.get(name)
    if (known) return known
    const found = new Set<string>()
    const visit = (scope: string) => {
      if (found.has(scope)) return
      found.add(scope)
      for (const included of this.#tree.get(scope) ?? []) visit(included)
    }
    visit(name)
    const included = [...found]
    this.#included.set(name, included)
    return included
  }

  /** What the operator says of a scope of his own. */
  customDescription(name: string): string | undefined {
    return this.#custom.get(name)?.description
  }
}
