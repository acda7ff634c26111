/** How deep a JSON text nests, by its brackets alone: a reader that recurses is asked only when it can end. */
export function jsonDepth(text: string): number {
  let [depth, deepest, inText] = [0, 0, false]
  for (let index = 0; index < text.length; index++) {
    const letter = text[index]
    if (inText) {
      if (letter === '\\') index++
      else if (letter === '"') inText = false
    } else if (letter === '"') inText = true
    else if (letter === '{' || letter === '[') deepest = Math.max(deepest, ++depth)
    else if (letter === '}' || letter === ']') depth--
  }
  return deepest
}
