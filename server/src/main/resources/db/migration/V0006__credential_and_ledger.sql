-- Credentials: a citizen's key, wrapped by the HSM and sealed under the password, with its certificate. Never a key that is
-- not sealed (docs/sole-control.md section 3).

create table bakq.credential (
  id uuid primary key,
  signer_id uuid not null,
  state text not null check (state in ('ACTIVE', 'SUSPENDED', 'REVOKED', 'EXPIRED', 'KEY_DESTROYED')),
  key_algorithm text not null check (key_algorithm in ('EC_P256', 'RSA_3072')),
  public_key bytea not null,
  certificate bytea not null,
  -- issuers in order up to the root, length-prefixed
  issuers bytea not null,
  activation_mechanism text not null,
  password_generation integer not null check (password_generation >= 1),
  epoch text not null,
  wrap_mechanism bigint not null,
  wrap_parameter bytea not null,
  seal_version smallint not null,
  seal_salt bytea not null check (length(seal_salt) = 32),
  seal_nonce bytea not null check (length(seal_nonce) = 12),
  -- null once the key is destroyed
  sealed_key bytea,
  created_at timestamptz not null,
  -- grows with each change; under the MAC
  version bigint not null check (version >= 1),
  mac bytea not null check (length(mac) = 32),
  check ((state = 'KEY_DESTROYED') = (sealed_key is null))
);
-- one key, one signer, one certificate (KEY-04)
create unique index credential_public_key on bakq.credential (sha256(public_key));
create unique index credential_certificate on bakq.credential (sha256(certificate));
create unique index credential_usable on bakq.credential (signer_id) where state in ('ACTIVE', 'SUSPENDED');
grant select, insert, update on bakq.credential to bakq_runtime;

-- The ledger of uses: one entry for each step of each occurrence of a hash, only ever added. The primary key is what makes a
-- second use impossible: an occurrence is authorised once, reserved once, ended once.
create table bakq.activation_ledger (
  sad_id uuid not null,
  ordinal integer not null check (ordinal between 0 and 499),
  step text not null check (step in ('AUTHORISED', 'RESERVED', 'ENDED')),
  -- of ENDED: what became of it
  outcome text check (outcome in ('CONSUMED', 'INTERRUPTED')),
  credential_id uuid not null references bakq.credential (id),
  signature_request_id uuid not null,
  dtbs_digest bytea not null check (length(dtbs_digest) = 32),
  -- of CONSUMED: SHA-256 of the signature value
  value_sha256 bytea check (length(value_sha256) = 32),
  -- which process reserved it
  node_id uuid,
  written_at timestamptz not null,
  primary key (sad_id, ordinal, step),
  check ((step = 'ENDED') = (outcome is not null)),
  check ((outcome is not distinct from 'CONSUMED') = (value_sha256 is not null)),
  check ((step = 'RESERVED') = (node_id is not null))
);
create index activation_ledger_open on bakq.activation_ledger (written_at) where step = 'RESERVED';
grant select, insert on bakq.activation_ledger to bakq_runtime;

-- Processes that are alive: what a dead one had reserved is ended INTERRUPTED by the others, or by itself when it comes back.
create table bakq.node (
  id uuid primary key,
  lease_until timestamptz not null
);
grant select, insert, update, delete on bakq.node to bakq_runtime;
