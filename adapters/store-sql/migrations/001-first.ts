import type { Migration } from '../dialect.ts'

/** People, how they sign in, what they hold, and their servers. */
export const first: Migration = ({ counted, int, text, strict }) => `
create table users (
  id ${counted},
  name ${text} not null unique,
  admin ${int} not null,
  created_at ${int} not null,
  last_activity ${int},
  locked ${int} not null default 0,
  home ${text} not null
)${strict};

create table groups (
  id ${counted},
  name ${text} not null unique,
  properties ${text} not null default '{}',
  created_at ${int} not null
)${strict};

create table group_members (
  group_id ${int} not null references groups (id) on delete cascade,
  user_id ${int} not null references users (id) on delete cascade,
  source ${text} not null,
  primary key (group_id, user_id)
)${strict};
create index groups_of_user on group_members (user_id);

create table agreed_values (
  name ${text} primary key,
  value ${text} not null
)${strict};

create table credentials (
  user_id ${int} primary key references users (id) on delete cascade,
  hash ${text} not null,
  set_at ${int} not null
)${strict};

create table sessions (
  id ${text} primary key,
  secret_hash ${text} not null unique,
  user_id ${int} not null references users (id) on delete cascade,
  created_at ${int} not null,
  expires_at ${int} not null,
  last_seen_at ${int} not null,
  address_prefix ${text} not null,
  browser ${text} not null
)${strict};
create index sessions_of_user on sessions (user_id);
create index sessions_by_end on sessions (expires_at);

create table links (
  kind ${text} not null check (kind in ('set-up', 'sign-up')),
  user_id ${int} unique references users (id) on delete cascade,
  code_hash ${text} not null unique,
  expires_at ${int} not null
)${strict};
create unique index one_set_up_link on links (kind) where kind = 'set-up';

create table sign_in_failures (
  key ${text} primary key,
  known ${int} not null,
  failures ${int} not null,
  last_at ${int} not null
)${strict};
create index failures_by_age on sign_in_failures (known, last_at);

create table tokens (
  id ${counted},
  hash ${text} not null unique,
  kind ${text} not null,
  user_id ${int} references users (id) on delete cascade,
  service ${text},
  scopes ${text} not null,
  note ${text} not null,
  client_id ${text},
  session_id ${text} references sessions (id) on delete cascade,
  created_at ${int} not null,
  expires_at ${int},
  last_activity ${int},
  check ((user_id is null) <> (service is null))
)${strict};
create index tokens_of_user on tokens (user_id);
create index tokens_of_service on tokens (service);
create index tokens_of_client on tokens (client_id);
create index tokens_of_session on tokens (session_id);
create index tokens_by_end on tokens (expires_at);

create table oauth_codes (
  hash ${text} primary key,
  grant_json ${text} not null,
  user_id ${int} not null references users (id) on delete cascade,
  expires_at ${int} not null
)${strict};

create table servers (
  user_id ${int} not null references users (id) on delete cascade,
  name ${text} not null,
  public_id ${text} not null,
  display_name ${text} not null default '',
  user_options ${text} not null default '{}',
  wanted ${text} not null,
  state ${text} not null,
  state_since ${int} not null,
  started_at ${int},
  handle ${text},
  address ${text},
  failure ${text},
  last_activity ${int},
  lease_holder ${text},
  lease_until ${int},
  primary key (user_id, name)
)${strict};
create index servers_by_state on servers (state);
`
