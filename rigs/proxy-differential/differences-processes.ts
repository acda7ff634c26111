import type { Difference } from '../differential/differences-kinds.ts'

/** How processes start and end otherwise. */
export const processDifferences: readonly Difference[] = [
  {
    id: 'mistakes-are-said',
    at: /^processes: (?:a port that is no number|a level of logs that is none|a default target that is none)$/,
    differs: /^(?:code: null ≠ 1|signal: SIGKILL ≠ null)$/,
    what: 'A port that is no number, a level of logs that does not exist, a default target that is no address',
    theirs: 'it starts: on port 8000, without a log, and answering 500',
    ours: 'it ends with 1 and a sentence',
    why: 'A mistake is told to whoever made it.',
  },
  {
    id: 'sighup',
    at: /^processes: SIGHUP$/,
    differs: /^(?:signal: SIGHUP ≠ SIGKILL|code: .*)$/,
    what: '`SIGHUP`',
    theirs: 'ends it',
    ours: 'certificates are read anew; it goes on',
    why: 'A renewed certificate takes hold without a connection being lost.',
  },
  {
    id: 'rc4',
    at: /^processes: --ssl-allow-rc4$/,
    differs: /^(?:code: null ≠ 1|signal: SIGKILL ≠ null)$/,
    what: '`--ssl-allow-rc4`',
    theirs: 'is taken, and does nothing: OpenSSL no longer has it',
    ours: 'is refused, with the reason',
    why: 'RC4 is broken, and whoever relies on it should know.',
  },
]
