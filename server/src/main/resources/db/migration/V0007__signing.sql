-- Signature requests of sedes. Documents, prepared increments and values are encrypted with a key that only the HSM can
-- derive for the request, and erased at its end.

create table bakq.signature_request (
  id uuid primary key,
  caller text not null,
  state text not null check (state in
    ('FROZEN', 'CHALLENGED', 'AUTHORISED', 'COMPLETING', 'COMPLETED', 'REJECTED', 'EXPIRED', 'CANCELLED')),
  format text not null,
  level text not null,
  language text not null,
  -- DNI or NIE of the one who may sign; empty: whoever opens the address
  expected_signer text not null,
  document_count integer not null check (document_count between 1 and 500),
  reference_nonce bytea not null check (length(reference_nonce) = 16),
  frozen_set bytea not null check (length(frozen_set) = 32),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- of the authorisation under way or done
  interaction_id uuid,
  sad_id uuid,
  signer_id uuid,
  credential_id uuid,
  completed_at timestamptz,
  acknowledged_at timestamptz,
  -- HMAC over what does not change any more: who asks, what is frozen, who is expected, until when
  mac bytea not null check (length(mac) = 32),
  -- whether originals, increments, values and signed documents are erased
  erased boolean not null default false,
  check ((state in ('AUTHORISED', 'COMPLETING', 'COMPLETED')) <= (sad_id is not null and signer_id is not null
    and credential_id is not null and interaction_id is not null)),
  check ((state = 'COMPLETED') = (completed_at is not null))
);
create index signature_request_open on bakq.signature_request (caller, expires_at)
  where state in ('FROZEN', 'CHALLENGED', 'AUTHORISED');
create index signature_request_unfinished on bakq.signature_request (state, expires_at)
  where state in ('FROZEN', 'CHALLENGED', 'AUTHORISED', 'COMPLETING');
create index signature_request_unerased on bakq.signature_request (expires_at) where not erased;
grant select, insert, update on bakq.signature_request to bakq_runtime;

create table bakq.request_document (
  request_id uuid not null references bakq.signature_request (id),
  ordinal integer not null check (ordinal between 0 and 499),
  label text not null check (length(label) between 1 and 100),
  size bigint not null check (size > 0),
  original_sha256 bytea not null check (length(original_sha256) = 32),
  -- encrypted
  original bytea,
  -- encrypted; erased when the signed document exists
  value bytea,
  -- encrypted
  signed bytea,
  primary key (request_id, ordinal)
);
grant select, insert, update on bakq.request_document to bakq_runtime;

-- What phase one made for one interaction: the increment waits for its value.
create table bakq.prepared_document (
  interaction_id uuid not null,
  ordinal integer not null check (ordinal between 0 and 499),
  request_id uuid not null references bakq.signature_request (id),
  algorithm text not null,
  dtbs_digest bytea not null check (length(dtbs_digest) = 32),
  -- encrypted
  state bytea not null,
  primary key (interaction_id, ordinal)
);
create index prepared_document_request on bakq.prepared_document (request_id);
grant select, insert, delete on bakq.prepared_document to bakq_runtime;
