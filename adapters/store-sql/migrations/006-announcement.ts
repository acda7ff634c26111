import type { Migration } from '../dialect.ts'

/** What everybody is told: at most one row. */
export const announcement: Migration = ({ int, text, strict }) => `
create table announcement (
  only_one ${int} primary key check (only_one = 1),
  text ${text} not null,
  level ${text} not null,
  place ${text} not null,
  until ${int},
  set_at ${int} not null,
  set_by ${text} not null
)${strict};
`
