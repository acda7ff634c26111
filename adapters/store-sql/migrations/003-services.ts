import type { Migration } from '../dialect.ts'

/**
 * Services made by the API, what people share of their servers, and what became of each authorization code, so that one that
 * is brought a second time voids what the first gave.
 */
export const services: Migration = ({ counted, int, text, strict }) => `
create table services (
  name ${text} primary key,
  definition ${text} not null,
  created_at ${int} not null
)${strict};

create table shares (
  id ${counted},
  owner_id ${int} not null,
  server_name ${text} not null,
  user_id ${int} references users (id) on delete cascade,
  group_id ${int} references groups (id) on delete cascade,
  scopes ${text} not null,
  created_at ${int} not null,
  foreign key (owner_id, server_name) references servers (user_id, name) on delete cascade on update cascade,
  unique (owner_id, server_name, user_id),
  unique (owner_id, server_name, group_id),
  check ((user_id is null) <> (group_id is null))
)${strict};
create index shares_with_user on shares (user_id);
create index shares_with_group on shares (group_id);

create table share_codes (
  id ${counted},
  hash ${text} not null unique,
  owner_id ${int} not null,
  server_name ${text} not null,
  scopes ${text} not null,
  created_at ${int} not null,
  expires_at ${int} not null,
  exchanges ${int} not null default 0,
  last_exchanged_at ${int},
  foreign key (owner_id, server_name) references servers (user_id, name) on delete cascade on update cascade
)${strict};
create index share_codes_of_server on share_codes (owner_id, server_name);
create index share_codes_by_end on share_codes (expires_at);

alter table oauth_codes add column spent_at ${int};
alter table oauth_codes add column token_id ${int};
alter table oauth_codes add column replayed ${int} not null default 0;
`
