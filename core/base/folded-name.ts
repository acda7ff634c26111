/** First a letter, digit or underscore, so that no name is `.`, `..`, `-rf` or empty. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}._@+~ -]*$/u
const LONGEST = 255

/** The one form of a name that is stored and compared, or why the text is no name. */
export type FoldedName = { readonly name: string } | { readonly mistake: string }

/** Folds the name of a person or a group: NFKC, lower case (JupyterHub folds people's case too). */
export function foldName(raw: string): FoldedName {
  const name = foldText(raw)
  if (name.length > LONGEST) return { mistake: `has at most ${LONGEST} characters` }
  if (!NAME.test(name) || name.endsWith(' ')) {
    return {
      mistake:
        'starts with a letter or digit and holds letters, digits and . _ - @ + ~, with spaces only inside',
    }
  }
  return { name }
}

/** Any text in the form that names have, to look for it in names. */
export function foldText(raw: string): string {
  // Folding case can undo a composition, so it is composed once more: normalising twice changes nothing.
  return raw.normalize('NFKC').toLowerCase().normalize('NFKC')
}
