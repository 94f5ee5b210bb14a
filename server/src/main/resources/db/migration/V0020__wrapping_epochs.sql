-- The epochs of wrapping keys that a server has seen in a transcript of both officers (docs/sole-control.md section 2;
-- docs/adr/0027). Closed: no credential needs it any more, and none may be made in it. Ended: both officers have said so, and its
-- wrapping key is destroyed. Neither is ever taken back.

create table bakq.wrapping_epoch (
  id text primary key check (id ~ '^[a-z0-9-]{1,32}$'),
  begun_at timestamptz not null,
  closed_at timestamptz,
  ended_at timestamptz,
  check (ended_at is null or closed_at is not null)
);
grant select, insert, update (closed_at, ended_at) on bakq.wrapping_epoch to bakq_runtime;

create function bakq.refuse_reopened_epoch() returns trigger language plpgsql as $$
begin
  if (old.closed_at is not null and new.closed_at is distinct from old.closed_at)
      or (old.ended_at is not null and new.ended_at is distinct from old.ended_at) then
    raise exception 'an epoch that was closed or ended stays so' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger wrapping_epoch_stays before update on bakq.wrapping_epoch
  for each row execute function bakq.refuse_reopened_epoch();

-- How many credentials need an epoch is counted by this.
create index credential_epoch on bakq.credential (epoch) where state <> 'KEY_DESTROYED';

-- No credential is made in an epoch that is closed: a server that still has an older transcript than the one that closed it is
-- told to try elsewhere, or later (BQ001; database.SqlFailures). The row is held, so that who closes it counts this credential,
-- or closes it first.
create function bakq.refuse_closed_epoch() returns trigger language plpgsql as $$
begin
  if exists (select 1 from
      (select closed_at from bakq.wrapping_epoch where id = new.epoch for share) held
      where held.closed_at is not null) then
    raise exception 'the epoch % is closed', new.epoch using errcode = 'BQ001';
  end if;
  return new;
end $$;
create trigger credential_epoch_is_open before insert on bakq.credential
  for each row execute function bakq.refuse_closed_epoch();
