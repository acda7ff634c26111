import type { Migration } from '../dialect.ts'

/**
 * Whom the configuration puts into groups, by name: the person need not exist yet. Names of people who were removed, whose files
 * are still there. No two people have the same folder, whatever they were called before.
 */
export const people: Migration = ({ int, text, nullsFirst, strict }) => `
create table configured_members (
  group_id ${int} not null references groups (id) on delete cascade,
  user_name ${text} not null,
  primary key (group_id, user_name)
)${strict};
create index configured_members_by_name on configured_members (user_name);

create table removed_people (
  name ${text} primary key,
  home ${text} not null unique,
  removed_at ${int} not null
)${strict};

create unique index users_by_home on users (home);
create index users_by_activity on users (last_activity${nullsFirst}, id);
`
