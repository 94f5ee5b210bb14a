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
create index certificate_register_credential on bakq.certificate_register (credential_id);
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
drop index bakq.credential_usable;
create unique index credential_usable on bakq.credential (signer_id, purpose) where state in ('ACTIVE', 'SUSPENDED');
