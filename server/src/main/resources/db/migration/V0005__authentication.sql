-- Authentication: what a password is compared with, conversations with citizens, counters. No code, ticket, password or
-- anything that opens a seal is in these tables (docs/sole-control.md sections 3 and 4).

create table bakq.password (
  signer_id uuid primary key,
  -- 16 bytes, fresh at each password
  salt bytea not null check (length(salt) = 16),
  -- of Argon2id, such as $argon2id$v=19$m=65536,t=3,p=1
  parameters text not null check (length(parameters) between 20 and 60),
  -- HMAC(verify, enc(signer, salt, P))
  verifier bytea not null check (length(verifier) = 32),
  -- grows with each password; bound into every seal
  generation integer not null check (generation >= 1),
  set_at timestamptz not null
);
grant select, insert, update on bakq.password to bakq_runtime;

create table bakq.interaction (
  id uuid primary key,
  purpose text not null check (purpose in ('ACTIVATION', 'SIGNATURE')),
  -- the activation or the signature request
  subject uuid not null,
  -- P-256 public key of the citizen's program, SubjectPublicKeyInfo
  program_key bytea not null check (length(program_key) between 80 and 120),
  state text not null check (state in ('OPEN', 'CHALLENGED', 'SUCCEEDED', 'ENDED')),
  opened_at timestamptz not null,
  expires_at timestamptz not null,
  challenge_id uuid,
  nonce bytea check (length(nonce) = 16),
  -- the signer whose password was right and who is allowed; null stands for everybody else
  signer_id uuid,
  credential_id uuid,
  frozen_set bytea check (length(frozen_set) = 32),
  code_expires_at timestamptz,
  code_tries smallint not null default 0 check (code_tries between 0 and 3),
  -- steps that came when it was over, as far as they are recorded
  tries_after_end smallint not null default 0 check (tries_after_end between 0 and 3),
  check ((state = 'CHALLENGED') <= (challenge_id is not null and nonce is not null and frozen_set is not null
    and code_expires_at is not null))
);
create index interaction_expiry on bakq.interaction (expires_at);
create index interaction_subject on bakq.interaction (subject);
create index interaction_live_challenge on bakq.interaction (signer_id) where state = 'CHALLENGED';
create unique index interaction_challenge on bakq.interaction (challenge_id);
grant select, insert, update, delete on bakq.interaction to bakq_runtime;

-- Half of what opens a ticket. Unlogged: it never reaches a write-ahead log or a backup, and is gone after a crash, when the
-- citizen gives the password again.
create unlogged table bakq.interaction_share (
  interaction_id uuid primary key,
  share bytea not null check (length(share) = 32)
);
grant select, insert, delete on bakq.interaction_share to bakq_runtime;

create table bakq.temporary_password (
  challenge_id uuid primary key,
  interaction_id uuid not null unique references bakq.interaction (id) on delete cascade,
  signer_id uuid not null,
  nonce bytea not null check (length(nonce) = 16),
  expires_at timestamptz not null,
  tries smallint not null default 0 check (tries between 0 and 3),
  used_at timestamptz
);
grant select, insert, update on bakq.temporary_password to bakq_runtime;

-- One row a signer; 4,096 rows more stand in for everybody who is not registered, so that every path does the same work.
create table bakq.failure_counter (
  id uuid primary key,
  failures integer not null default 0 check (failures >= 0),
  locked_at timestamptz,
  code_window_began_at timestamptz,
  codes_in_window integer not null default 0,
  last_code_at timestamptz
);
grant select, insert, update on bakq.failure_counter to bakq_runtime;
