-- Two counts of wrong factors for each signer: of devices with which the signer has succeeded before, which are known, and of
-- all others (docs/sole-control.md section 4, Locks; docs/adr/0024). The columns of before are those of all others.

alter table bakq.failure_counter
  add column known_failures integer not null default 0 check (known_failures >= 0),
  add column known_locked_at timestamptz,
  -- A device is known by a cookie of this generation only: it grows when all devices are to be strangers again.
  add column device_generation bigint not null default 1 check (device_generation >= 1);

-- By which count the wrong codes of this interaction go: that of its password.
alter table bakq.interaction
  add column device text not null default 'UNKNOWN' check (device in ('KNOWN', 'UNKNOWN'));

-- As in V0013, and now the device stays too.
create or replace function bakq.refuse_another_challenge() returns trigger language plpgsql as $$
begin
  if bakq.challenge_state(new) <> bakq.challenge_state(old) then
    perform bakq.require_step('challenge', bakq.challenge_state(old), bakq.challenge_state(new));
  end if;
  if (old.challenge_id is not null
        and ((new.challenge_id, new.nonce, new.frozen_set, new.code_expires_at, new.device)
            is distinct from (old.challenge_id, old.nonce, old.frozen_set, old.code_expires_at, old.device)
          or new.signer_id <> old.signer_id or new.credential_id <> old.credential_id))
      or (new.code_tries <> old.code_tries
        and (new.code_tries <> old.code_tries + 1 or old.state <> 'CHALLENGED')) then
    raise exception 'a challenge stays what it was' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
