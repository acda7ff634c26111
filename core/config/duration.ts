import * as z from 'zod'

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const LONGEST_DAYS = 3650
const MISTAKE = 'is not a length of time such as 30s, 10m, 1h or 2d'

/** A length of time as people write it (`60s`, `10m`, `1h`, `2d`), read into milliseconds. */
export const Duration = z
  .union([z.string(), z.number()], MISTAKE)
  .refine((text) => readDuration(text) !== undefined, MISTAKE)
  .transform((text) => readDuration(text) ?? 0)
  .refine((ms) => ms <= LONGEST_DAYS * 86_400_000, `is longer than ${LONGEST_DAYS}d`)
  .meta({ shape: 'time' })

const NO_MISTAKE = `${MISTAKE}, nor 0 for none`

/** As `Duration`, or 0 for none. */
export const DurationOrNone = z
  .union([z.string(), z.number()], NO_MISTAKE)
  .refine((text) => isNone(text) || readDuration(text) !== undefined, NO_MISTAKE)
  .transform((text) => (isNone(text) ? 0 : (readDuration(text) ?? 0)))
  .refine((ms) => ms <= LONGEST_DAYS * 86_400_000, `is longer than ${LONGEST_DAYS}d`)
  .meta({ shape: 'time, or 0' })

function readDuration(text: string | number): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(String(text)) ?? []
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit] ?? 1)
}

const isNone = (text: string | number) => text === 0 || text === '0'
