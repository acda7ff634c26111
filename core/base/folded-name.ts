/** First a letter, digit or underscore, so that no name is `.`, `..`, `-rf` or empty. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}._@+~ -]*$/u
const LONGEST = 255

/** The one form of a name that is stored and compared, or why the text is no name. */
export type FoldedName = { readonly name: string } | { readonly mistake: string }

/** Folds the name of a person: NFKC, lower case (JupyterHub folds people's case too). */
export function foldName(raw: string): FoldedName {
  return checked(foldText(raw))
}

/** The name of a group: NFKC, its case kept, for names of courses rely on that (as in JupyterHub). */
export function composeName(raw: string): FoldedName {
  return checked(raw.normalize('NFKC'))
}

function checked(name: string): FoldedName {
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
