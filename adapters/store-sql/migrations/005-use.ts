import type { Migration } from '../dialect.ts'

/**
 * What keeps a server from being stopped, and what servers use: a row a minute for a day, and a row an hour for as long as is
 * said. `cpu_ms` is what was used in that minute or hour; sizes are bytes. Null: not known.
 */
export const use: Migration = ({ int, text, strict }) => `
alter table servers add column kept_at ${int};
alter table servers add column exempt ${int} not null default 0;

create table usage_minutes (
  user_id ${int} not null references users (id) on delete cascade,
  server ${text} not null,
  at ${int} not null,
  memory ${int},
  cpu_ms ${int},
  disk ${int},
  primary key (user_id, server, at)
)${strict};
create index usage_minutes_by_age on usage_minutes (at);

create table usage_hours (
  user_id ${int} not null references users (id) on delete cascade,
  server ${text} not null,
  at ${int} not null,
  minutes ${int} not null,
  memory_sum ${int} not null,
  memory_minutes ${int} not null,
  memory_most ${int},
  cpu_ms ${int} not null,
  disk_most ${int},
  primary key (user_id, server, at)
)${strict};
create index usage_hours_by_age on usage_hours (at);
`
