import type { Dialect, Migration } from '../dialect.ts'

/**
 * The audit log. `audit_head` is the last row's number and hash: whoever updates it holds the lock that rows are added under.
 * `audit_held` are refusals that are still being counted. `audit_pruning` has a row only inside the step that prunes, which
 * nobody else sees: that is what tells pruning from tampering.
 */
export const audit: Migration = (dialect) => {
  const { int, text, strict } = dialect
  return `
create table audit_log (
  id ${int} primary key,
  ${columns(dialect)},
  hash ${text} not null
)${strict};
create index audit_by_actor on audit_log (actor_name, id);
create index audit_by_actor_id on audit_log (actor_id, id);
create index audit_by_target on audit_log (target_name, id);
create index audit_by_target_user on audit_log (target_user_id, id);
create index audit_by_action on audit_log (action, id);

create table audit_held (
  key ${text} primary key,
  ${columns(dialect)}
)${strict};
create index audit_held_by_age on audit_held (at);

create table audit_head (
  only_one ${int} primary key check (only_one = 1),
  id ${int} not null,
  hash ${text} not null
)${strict};
insert into audit_head values (1, 0, '${'0'.repeat(64)}');

create table audit_pruning (through ${int} primary key)${strict};
${dialect.name === 'sqlite' ? SQLITE_TRIGGERS : POSTGRES_TRIGGERS}`
}

const columns = ({ int, text }: Dialect) => `
  at ${int} not null,
  actor_kind ${text} not null,
  actor_name ${text} not null,
  actor_id ${int},
  credential ${text} not null,
  action ${text} not null,
  target_kind ${text} not null,
  target_name ${text} not null,
  target_user_id ${int},
  address ${text} not null,
  outcome ${text} not null,
  detail ${text} not null,
  count ${int} not null`

const CHANGED = 'the audit log is never changed'
const DELETED = 'the audit log is never deleted from'
const GROWS = 'the audit log only grows at its end'

const SQLITE_TRIGGERS = `
create trigger audit_log_stays before update on audit_log
begin
  select raise(abort, '${CHANGED}');
end;
create trigger audit_log_is_kept before delete on audit_log
when not exists (select 1 from audit_pruning where through >= old.id)
begin
  select raise(abort, '${DELETED}');
end;
create trigger audit_log_grows before insert on audit_log
when new.id <> (select id from audit_head) or exists (select 1 from audit_log where id >= new.id)
begin
  select raise(abort, '${GROWS}');
end;
create trigger audit_head_goes_on before update on audit_head
when new.id < old.id or new.id > old.id + 1
begin
  select raise(abort, '${GROWS}');
end;
create trigger audit_head_is_kept before delete on audit_head
begin
  select raise(abort, '${DELETED}');
end;
`

const POSTGRES_TRIGGERS = `
create function audit_refuse() returns trigger language plpgsql as $$
begin
  raise exception '%', tg_argv[0];
end $$;
create function audit_keep() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from audit_pruning where through >= old.id) then
    raise exception '${DELETED}';
  end if;
  return old;
end $$;
create function audit_grow() returns trigger language plpgsql as $$
begin
  if new.id <> (select id from audit_head) or exists (select 1 from audit_log where id >= new.id) then
    raise exception '${GROWS}';
  end if;
  return new;
end $$;

create trigger audit_log_stays before update on audit_log
for each row execute function audit_refuse('${CHANGED}');
create trigger audit_log_is_kept before delete on audit_log
for each row execute function audit_keep();
create trigger audit_log_is_not_emptied before truncate on audit_log
for each statement execute function audit_refuse('${DELETED}');
create trigger audit_log_grows before insert on audit_log
for each row execute function audit_grow();
create trigger audit_head_goes_on before update on audit_head
for each row when (new.id < old.id or new.id > old.id + 1) execute function audit_refuse('${GROWS}');
create trigger audit_head_is_kept before delete on audit_head
for each row execute function audit_refuse('${DELETED}');
create trigger audit_head_is_not_emptied before truncate on audit_head
for each statement execute function audit_refuse('${DELETED}');
`
