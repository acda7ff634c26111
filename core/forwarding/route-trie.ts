/** Values by path prefix, found by the longest one that fits on segment borders. Segments are compared decoded. */
export class RouteTrie<Value> {
  readonly #root = new Node<Value>()

  set(segments: readonly string[], value: Value): void {
    let node = this.#root
    for (const segment of segments) {
      node = node.childOf(segment)
    }
    node.value = value
  }

  /** Removes exactly this one, and the branches that lead nowhere afterwards. */
  delete(segments: readonly string[]): Value | undefined {
    const way: { readonly parent: Node<Value>; readonly segment: string }[] = []
    let node: Node<Value> | undefined = this.#root
    for (const segment of segments) {
      way.push({ parent: node, segment })
      node = node.children?.get(segment)
      if (!node) return undefined
    }
    const { value } = node
    node.value = undefined
    for (const { parent, segment } of way.toReversed()) {
      const child = parent.children?.get(segment)
      if (child && child.value === undefined && !child.children?.size)
        parent.children?.delete(segment)
    }
    return value
  }

  /** The value of the longest prefix. */
  find(segments: readonly string[]): Value | undefined {
    let node: Node<Value> | undefined = this.#root
    let found = node.value
    for (const segment of segments) {
      node = node.children?.get(segment)
      if (!node) break
      found = node.value ?? found
    }
    return found
  }
}

/** A map, not an object: a segment may have any name, `__proto__` included. */
class Node<Value> {
  /** Undefined on most: where routes are many, they are leaves. */
  children: Map<string, Node<Value>> | undefined
  value: Value | undefined

  childOf(segment: string): Node<Value> {
    this.children ??= new Map()
    const known = this.children.get(segment)
    if (known) return known
    const made = new Node<Value>()
    this.children.set(segment, made)
    return made
  }
}
