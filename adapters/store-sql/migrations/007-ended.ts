import type { Migration } from '../dialect.ts'

/** Ends of access, for the proxies of other hubs on the same database; kept for minutes. */
export const ended: Migration = ({ counted, int, text, strict }) => `
create table ended_access (
  id ${counted},
  hub ${text} not null,
  prefixes ${text} not null,
  credentials ${text} not null,
  at ${int} not null
)${strict};
create index ended_access_by_time on ended_access (at);
`
