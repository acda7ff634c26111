import { fstatSync } from 'node:fs'

import type { Message } from './messages.ts'

/** What is printed on standard output once both answer. */
export function readyText(
  { url, setUpLink, notices }: Extract<Message, { type: 'ready' }>,
  intoJournal: boolean,
): string {
  const parts = [...notices, `The hub is ready: ${url}`]
  if (setUpLink !== null) {
    // What is printed into the journal stays there for all who may read it.
    parts.push(
      intoJournal
        ? 'Nobody is an admin yet. For a one-time link to become one: bulkhead setup-link'
        : `Nobody is an admin yet. Become one under this link, within 15 minutes:\n${setUpLink}`,
    )
  }
  return `${parts.map((part) => `\n${part}`).join('\n')}\n`
}

/** Whether standard output is the journal: systemd.exec(5), JOURNAL_STREAM. */
export function isJournal(stream: string | undefined): boolean {
  const { dev, ino } = fstatSync(1)
  return stream === `${dev}:${ino}`
}
