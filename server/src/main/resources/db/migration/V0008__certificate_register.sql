-- Every certificate that the authority ever signed, and what its status is; what a credential is for; what was done with a
-- person's credentials and why.

-- Before a certificate is used, its row is here (CRT-08). Rows stand under a MAC of the HSM, as those of credentials do.
create table bakq.certificate_register (
  -- positive, big endian, without leading zeros
  serial bytea primary key check (length(serial) between 1 and 20),
  certificate_sha256 bytea not null unique check (length(certificate_sha256) = 32),
  kind text not null check (kind in ('SIGNATURE', 'AUTHENTICATION', 'OCSP_RESPONDER', 'SELF_TEST')),
  -- the credential that it was issued for, which may have come to nothing
  credential_id uuid check ((credential_id is not null) = (kind in ('SIGNATURE', 'AUTHENTICATION'))),
  not_before timestamptz not null,
  not_after timestamptz not null check (not_after > not_before),
  state text not null check (state in ('GOOD', 'SUSPENDED', 'REVOKED')),
  -- of REVOKED
  reason text check ((reason is not null) = (state = 'REVOKED')),
  -- since when it is in this state
  since timestamptz not null,
  suspended_until timestamptz check ((suspended_until is not null) = (state = 'SUSPENDED')),
  -- grows with each change; under the MAC
  version bigint not null check (version >= 1),
  mac bytea not null check (length(mac) = 32)
);
create index certificate_register_not_good on bakq.certificate_register (not_after) where state <> 'GOOD';
create index certificate_register_suspended on bakq.certificate_register (suspended_until) where state = 'SUSPENDED';
grant select, insert, update (state, reason, since, suspended_until, version, mac) on bakq.certificate_register
  to bakq_runtime;

create trigger certificate_register_version_grows before update on bakq.certificate_register
  for each row when (new.version <> old.version + 1) execute function bakq.refuse_version_that_does_not_grow();

-- Revoked is for ever, whoever asks.
create function bakq.refuse_life_after_revocation() returns trigger language plpgsql as $$
begin
  raise exception 'a revoked certificate stays revoked' using errcode = 'integrity_constraint_violation';
end $$;
create trigger certificate_register_revoked_stays before update on bakq.certificate_register
  for each row when (old.state = 'REVOKED') execute function bakq.refuse_life_after_revocation();

-- Certificates of citizens between issuing and linking. What stays here is never linked any more, and is revoked.
create table bakq.unlinked_certificate (
  serial bytea primary key check (length(serial) between 1 and 20),
  issued_at timestamptz not null
);
grant select, insert, delete on bakq.unlinked_certificate to bakq_runtime;

-- Counts the changes of status, so that who publishes them knows that something changed.
create table bakq.certificate_register_change (
  id smallint primary key check (id = 1),
  number bigint not null check (number >= 0)
);
insert into bakq.certificate_register_change (id, number) values (1, 0);
grant select, update (number) on bakq.certificate_register_change to bakq_runtime;

create function bakq.refuse_count_that_does_not_grow() returns trigger language plpgsql as $$
begin
  raise exception 'a count of changes grows' using errcode = 'integrity_constraint_violation';
end $$;
create trigger certificate_register_change_grows before update on bakq.certificate_register_change
  for each row when (new.number <= old.number) execute function bakq.refuse_count_that_does_not_grow();

-- What a credential is for: one usable credential for each signer and purpose (KEY-04). Those of before are for signing.
alter table bakq.credential add column purpose text not null default 'SIGNATURE'
  check (purpose in ('SIGNATURE', 'AUTHENTICATION'));
-- The end of the certificate, to find those that are over; judged is the certificate. Null in rows of before, until the server
-- has taken their certificates into the register.
alter table bakq.credential add column expires_at timestamptz;
create index credential_expiry on bakq.credential (expires_at) where state in ('ACTIVE', 'SUSPENDED');
create index credential_not_registered on bakq.credential (id) where expires_at is null;
drop index bakq.credential_usable;
create unique index credential_usable on bakq.credential (signer_id, purpose) where state in ('ACTIVE', 'SUSPENDED');

-- Who a credential belongs to and what it holds never changes; its state does, and its key can be erased, for good: this row
-- is the key's tombstone (KEY-10).
revoke update on bakq.credential from bakq_runtime;
grant update (state, sealed_key, expires_at, version, mac) on bakq.credential to bakq_runtime;
create trigger credential_version_grows before update on bakq.credential
  for each row when (new.version <> old.version + 1 and (new.state, new.sealed_key, new.mac)
    is distinct from (old.state, old.sealed_key, old.mac))
  execute function bakq.refuse_version_that_does_not_grow();
create function bakq.refuse_life_after_destruction() returns trigger language plpgsql as $$
begin
  raise exception 'a destroyed key stays destroyed' using errcode = 'integrity_constraint_violation';
end $$;
create trigger credential_destroyed_stays before update on bakq.credential
  for each row when (old.state = 'KEY_DESTROYED') execute function bakq.refuse_life_after_destruction();

-- What was done with all of a person's credentials at once, for the notice to the person (CRT-09). Under a MAC: nobody else
-- has such a notice sent.
create table bakq.credential_act (
  id uuid primary key,
  signer_id uuid not null,
  kind text not null check (kind in ('SUSPENDED', 'LIFTED', 'REVOKED')),
  -- of SUSPENDED and REVOKED
  reason text check ((reason is null) = (kind = 'LIFTED')),
  done_at timestamptz not null,
  suspended_until timestamptz check ((suspended_until is not null) = (kind = 'SUSPENDED')),
  mac bytea not null check (length(mac) = 32)
);
grant select, insert on bakq.credential_act to bakq_runtime;
