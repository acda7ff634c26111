const HIDDEN = '[hidden]'

/**
 * `text` without secrets: those that are known, and whatever looks like one. The patterns are what remains for the log of a
 * server that an earlier hub started: nobody keeps its token in the clear. They cover every token of ours (32 hexadecimal digits),
 * and values that are announced by a word. Every repetition is bounded, because a notebook writes what it likes into its log.
 */
export function redact(text: string, known: readonly string[]): string {
  let clean = text
  for (const secret of known) clean = clean.replaceAll(secret, HIDDEN)
  for (const pattern of PATTERNS) clean = clean.replaceAll(pattern, `$<word>${HIDDEN}`)
  return clean
}

const PATTERNS = [
  // Authorization: token abc · Cookie: a=b; c=d
  /(?<word>\b(?:proxy-)?(?:authorization|cookie|set-cookie)["']?[ ]{0,4}[:=])[^\n]{1,4000}/gi,
  // token=abc · "api_token": "abc" · PASSWORD=abc
  /(?<word>(?:token|secret|password|passwd|api_?key|credential)s?["']?[ ]{0,4}[:=][ ]{0,4}["']?)[^\s"'&,;]{4,4000}/gi,
  // token abc · Bearer abc: without a sign between them only what is too long for a word
  /(?<word>\b(?:token|bearer|basic)[ ]{1,4})[\w.~+/=-]{20,4000}/gi,
  /(?<word>)[0-9a-f]{32,4000}/gi,
]

/** What of a server's environment must not be seen in its log: values of variables that are named like secrets. */
export function secretsOf(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment)
    .filter(([name, value]) => /TOKEN|SECRET|PASS|CREDENTIAL|KEY$/i.test(name) && value.length >= 8)
    .map(([, value]) => value)
}
