/**
 * The audit log. `audit_head` is the last row's number and hash: whoever updates it holds the lock that rows are added under.
 * `audit_held` are refusals that are still being counted. `audit_pruning` has a row only inside the step that prunes, which
 * nobody else sees: that is what tells pruning from tampering.
 */
const columns = `
  at integer not null,
  actor_kind text not null,
  actor_name text not null,
  actor_id integer,
  credential text not null,
  action text not null,
  target_kind text not null,
  target_name text not null,
  target_user_id integer,
  address text not null,
  outcome text not null,
  detail text not null,
  count integer not null`

export const audit = `
create table audit_log (
  id integer primary key,
  ${columns},
  hash text not null
) strict;
create index audit_by_actor on audit_log (actor_name, id);
create index audit_by_actor_id on audit_log (actor_id, id);
create index audit_by_target on audit_log (target_name, id);
create index audit_by_target_user on audit_log (target_user_id, id);
create index audit_by_action on audit_log (action, id);

create table audit_held (
  key text primary key,
  ${columns}
) strict;
create index audit_held_by_age on audit_held (at);

create table audit_head (
  only_one integer primary key check (only_one = 1),
  id integer not null,
  hash text not null
) strict;
insert into audit_head values (1, 0, '${'0'.repeat(64)}');

create table audit_pruning (through integer primary key) strict;

create trigger audit_log_stays before update on audit_log
begin
  select raise(abort, 'the audit log is never changed');
end;
create trigger audit_log_is_kept before delete on audit_log
when not exists (select 1 from audit_pruning where through >= old.id)
begin
  select raise(abort, 'the audit log is never deleted from');
end;
create trigger audit_log_grows before insert on audit_log
when new.id <> (select id from audit_head) or exists (select 1 from audit_log where id >= new.id)
begin
  select raise(abort, 'the audit log only grows at its end');
end;
create trigger audit_head_goes_on before update on audit_head
when new.id < old.id or new.id > old.id + 1
begin
  select raise(abort, 'the audit log only grows at its end');
end;
create trigger audit_head_is_kept before delete on audit_head
begin
  select raise(abort, 'the audit log is never deleted from');
end;
`
