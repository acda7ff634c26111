const LONGEST = 30

/** A server's name, as it stands in addresses, from what people call it: `Größe 2` gives `grosse-2`. */
export function nameFor(title: string): string {
  const plain = title
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  const named = /^[a-z]/.test(plain) ? plain : `s-${plain}`
  return named.slice(0, LONGEST).replace(/-+$/, '')
}
