import type { Answered } from './ask.ts'

/** What is compared of an answer; what can only differ (times, secrets, numbers of tokens) is replaced by its kind. */
interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** The ways in which our answer is another than theirs, each as a line `where: theirs ≠ ours`. None: alike. */
export function compare(
  theirs: { readonly url: string; readonly answer: Answered },
  ours: { readonly url: string; readonly answer: Answered },
): readonly string[] {
  const [a, b] = [see(theirs.answer, theirs.url), see(ours.answer, ours.url)]
  return [
    ...(a.status === b.status ? [] : [`status: ${a.status} ≠ ${b.status}`]),
    ...differ('header', a.headers, b.headers).filter((line) => !STRICTER.has(line)),
    // With another status the bodies are of another kind, which would be said twice.
    ...(a.status === b.status ? differ('body', a.body, b.body) : []),
  ]
}

/** What is kept from more than there may happen anyway. */
const STRICTER = new Set(['header.scripts: "some" ≠ "none"'])

function see({ status, headers, text }: Answered, url: string): Seen {
  const type = String(headers['content-type'] ?? '').split(';')[0] ?? ''
  const location = headers['location']
  const policy = String(headers['content-security-policy'] ?? '')
  return {
    status,
    headers: {
      type: text === '' ? 'empty' : type,
      version: headers['x-jupyterhub-version'] === undefined ? 'absent' : 'present',
      allowed: String(headers['access-control-allow-headers'] ?? ''),
      origin: String(headers['access-control-allow-origin'] ?? ''),
      framing: policy.includes("frame-ancestors 'none'") ? 'none' : 'open',
      scripts: policy.includes("default-src 'none'") ? 'none' : 'some',
      ...(typeof location === 'string' && { location: steady(location, url) }),
      ...(headers['retry-after'] !== undefined && { 'retry-after': 'present' }),
    },
    body: bodyOf(type, text, url),
  }
}

function bodyOf(type: string, text: string, url: string): unknown {
  if (type === 'application/json' && text !== '') {
    try {
      return normal(JSON.parse(text), '', url)
    } catch {
      return 'malformed JSON'
    }
  }
  if (type === 'text/event-stream')
    return text
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => normal(JSON.parse(line.slice('data: '.length)), '', url))
  return text === '' ? '' : 'some text'
}

/** Texts that are each hub's own. */
const ANY: ReadonlyMap<string, string> = new Map([
  ['message', 'words'],
  ['target', 'an address'],
  ['python', 'a version'],
  ['sys_executable', 'a path'],
])

/** Members of these have no order. */
const SETS = new Set(['scopes', 'roles', 'groups', 'users', 'api_tokens'])

function normal(value: unknown, key: string, url: string): unknown {
  if (key === 'state' && typeof value === 'object') return "a spawner's own"
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => normal(item, '', url))
    return SETS.has(key)
      ? items.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : items
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, item]) => [name, normal(item, name, url)]),
    )
  if (typeof value !== 'string') return value
  return ANY.get(key) ?? steady(value, url)
}

/** A text without what can only differ. */
function steady(text: string, url: string): string {
  return text
    .replaceAll(url, 'HUB')
    .replaceAll(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/g, 'TIME')
    .replaceAll(/\b[0-9a-f]{32}\b/g, 'SECRET')
    .replaceAll(/(?<=code(?:=|%3D))[\w-]{20,}/g, 'SECRET')
    .replaceAll(/^[\w-]{43}$/g, 'SECRET')
    .replaceAll(/^a\d+$/g, 'aN')
    .replaceAll(/^sc_\d+$/g, 'sc_N')
}

function differ(where: string, theirs: unknown, ours: unknown): readonly string[] {
  if (isRecord(theirs) && isRecord(ours)) {
    return [...new Set([...Object.keys(theirs), ...Object.keys(ours)])].flatMap((key) =>
      differ(`${where}.${key}`, theirs[key], ours[key]),
    )
  }
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    const length = Math.max(theirs.length, ours.length)
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      differ(`${where}[]`, theirs[index], ours[index]),
    )
  }
  return Object.is(theirs, ours) ? [] : [`${where}: ${shown(theirs)} ≠ ${shown(ours)}`]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value).slice(0, 120)
}
