-- The tables of steps: which state may follow which, as eus.bakq.server's enums have them (docs/states.md). The code goes by
-- them first; here they stand in the way of a mistake in a statement, and of whoever has the runtime's password. A test tries
-- every step, of the code and of the tables, against each other.

create table bakq.state_step (
  machine text not null check (machine in
    ('signature_request', 'activation', 'interaction', 'challenge', 'credential', 'certificate', 'signer')),
  -- empty: where something begins
  from_state text not null,
  to_state text not null check (to_state <> ''),
  primary key (machine, from_state, to_state)
);
grant select on bakq.state_step to bakq_runtime;

insert into bakq.state_step (machine, from_state, to_state) values
  ('signature_request', '', 'FROZEN'),
  ('signature_request', 'FROZEN', 'CHALLENGED'),
  ('signature_request', 'FROZEN', 'REJECTED'),
  ('signature_request', 'FROZEN', 'EXPIRED'),
  ('signature_request', 'FROZEN', 'CANCELLED'),
  ('signature_request', 'CHALLENGED', 'AUTHORISED'),
  ('signature_request', 'CHALLENGED', 'REJECTED'),
  ('signature_request', 'CHALLENGED', 'EXPIRED'),
  ('signature_request', 'CHALLENGED', 'CANCELLED'),
  ('signature_request', 'AUTHORISED', 'COMPLETING'),
  ('signature_request', 'AUTHORISED', 'FROZEN'),
  ('signature_request', 'COMPLETING', 'COMPLETED'),
  ('signature_request', 'COMPLETING', 'FAILED'),

  ('activation', '', 'LINK_SENT'),
  ('activation', 'LINK_SENT', 'OPENED'),
  ('activation', 'LINK_SENT', 'ENDED'),
  ('activation', 'LINK_SENT', 'SUPERSEDED'),
  ('activation', 'LINK_SENT', 'EXPIRED'),
  ('activation', 'OPENED', 'OPENED'),
  ('activation', 'OPENED', 'PASSWORD_SET'),
  ('activation', 'OPENED', 'ENDED'),
  ('activation', 'OPENED', 'SUPERSEDED'),
  ('activation', 'OPENED', 'EXPIRED'),
  ('activation', 'PASSWORD_SET', 'OPENED'),
  ('activation', 'PASSWORD_SET', 'DATA_CONFIRMED'),
  ('activation', 'PASSWORD_SET', 'ENDED'),
  ('activation', 'PASSWORD_SET', 'SUPERSEDED'),
  ('activation', 'PASSWORD_SET', 'EXPIRED'),
  ('activation', 'DATA_CONFIRMED', 'OPENED'),
  ('activation', 'DATA_CONFIRMED', 'TERMS_ACCEPTED'),
  ('activation', 'DATA_CONFIRMED', 'ENDED'),
  ('activation', 'DATA_CONFIRMED', 'SUPERSEDED'),
  ('activation', 'DATA_CONFIRMED', 'EXPIRED'),
  ('activation', 'TERMS_ACCEPTED', 'OPENED'),
  ('activation', 'TERMS_ACCEPTED', 'COMPLETED'),
  ('activation', 'TERMS_ACCEPTED', 'ENDED'),
  ('activation', 'TERMS_ACCEPTED', 'SUPERSEDED'),
  ('activation', 'TERMS_ACCEPTED', 'EXPIRED'),

  ('interaction', '', 'OPEN'),
  ('interaction', 'OPEN', 'CHALLENGED'),
  ('interaction', 'OPEN', 'ENDED'),
  ('interaction', 'CHALLENGED', 'SUCCEEDED'),
  ('interaction', 'CHALLENGED', 'ENDED'),

  ('challenge', '', 'LIVE'),
  ('challenge', '', 'DEAD'),
  ('challenge', 'LIVE', 'DEAD'),
  ('challenge', 'LIVE', 'CONSUMED'),
  ('challenge', 'LIVE', 'OVER'),
  ('challenge', 'DEAD', 'OVER'),

  ('credential', '', 'ACTIVE'),
  ('credential', 'ACTIVE', 'SUSPENDED'),
  ('credential', 'ACTIVE', 'KEY_DESTROYED'),
  ('credential', 'SUSPENDED', 'ACTIVE'),
  ('credential', 'SUSPENDED', 'KEY_DESTROYED'),
  ('credential', 'REVOKED', 'KEY_DESTROYED'),
  ('credential', 'EXPIRED', 'KEY_DESTROYED'),

  ('certificate', '', 'GOOD'),
  ('certificate', 'GOOD', 'SUSPENDED'),
  ('certificate', 'GOOD', 'REVOKED'),
  ('certificate', 'SUSPENDED', 'GOOD'),
  ('certificate', 'SUSPENDED', 'REVOKED'),

  ('signer', '', 'PENDING_ACTIVATION'),
  ('signer', 'PENDING_ACTIVATION', 'ACTIVE'),
  ('signer', 'PENDING_ACTIVATION', 'CLOSED'),
  ('signer', 'ACTIVE', 'SUSPENDED'),
  ('signer', 'ACTIVE', 'PENDING_ACTIVATION'),
  ('signer', 'ACTIVE', 'CLOSED'),
  ('signer', 'SUSPENDED', 'ACTIVE'),
  ('signer', 'SUSPENDED', 'PENDING_ACTIVATION'),
  ('signer', 'SUSPENDED', 'CLOSED');

create function bakq.require_step(machine_ text, from_ text, to_ text) returns void language plpgsql as $$
begin
  if not exists (select 1 from bakq.state_step
      where machine = machine_ and from_state = from_ and to_state = to_) then
    raise exception 'no step of % from "%" to "%"', machine_, from_, to_
      using errcode = 'integrity_constraint_violation';
  end if;
end $$;

-- Its argument is the machine.
create function bakq.refuse_wrong_step() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform bakq.require_step(tg_argv[0], '', new.state);
  elsif new.state <> old.state then
    perform bakq.require_step(tg_argv[0], old.state, new.state);
  end if;
  return new;
end $$;

create trigger signature_request_steps before insert or update of state on bakq.signature_request
  for each row execute function bakq.refuse_wrong_step('signature_request');
create trigger activation_steps before insert or update of state on bakq.activation
  for each row execute function bakq.refuse_wrong_step('activation');
create trigger interaction_steps before insert or update of state on bakq.interaction
  for each row execute function bakq.refuse_wrong_step('interaction');
create trigger credential_steps before insert or update of state on bakq.credential
  for each row execute function bakq.refuse_wrong_step('credential');
create trigger certificate_register_steps before insert or update of state on bakq.certificate_register
  for each row execute function bakq.refuse_wrong_step('certificate');
create trigger signer_steps before insert or update of state on bakq.signer
  for each row execute function bakq.refuse_wrong_step('signer');

-- What a challenge is good for, or empty if there is none.
create function bakq.challenge_state(interaction bakq.interaction) returns text language sql immutable as $$
  select case
    when interaction.challenge_id is null then ''
    when interaction.state = 'SUCCEEDED' then 'CONSUMED'
    when interaction.state = 'ENDED' then 'OVER'
    when interaction.signer_id is null then 'DEAD'
    else 'LIVE' end
$$;

-- A challenge is made once, and stays what it was made of: neither another code, nor another signer, nor another set, nor more
-- time or tries than it had.
create function bakq.refuse_another_challenge() returns trigger language plpgsql as $$
begin
  if bakq.challenge_state(new) <> bakq.challenge_state(old) then
    perform bakq.require_step('challenge', bakq.challenge_state(old), bakq.challenge_state(new));
  end if;
  if (old.challenge_id is not null
        and ((new.challenge_id, new.nonce, new.frozen_set, new.code_expires_at)
            is distinct from (old.challenge_id, old.nonce, old.frozen_set, old.code_expires_at)
          or new.signer_id <> old.signer_id or new.credential_id <> old.credential_id))
      or (new.code_tries <> old.code_tries
        and (new.code_tries <> old.code_tries + 1 or old.state <> 'CHALLENGED')) then
    raise exception 'a challenge stays what it was' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger interaction_challenge_stays before update on bakq.interaction
  for each row execute function bakq.refuse_another_challenge();

-- The ledger takes no step before the one that it follows. Who writes it at the same time meets at the primary key.
alter table bakq.activation_ledger add column follows text generated always as
  (case step when 'RESERVED' then 'AUTHORISED' when 'ENDED' then 'RESERVED' end) stored;
alter table bakq.activation_ledger add constraint activation_ledger_order
  foreign key (sad_id, ordinal, follows) references bakq.activation_ledger (sad_id, ordinal, step);
