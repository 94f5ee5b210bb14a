-- What a sede uploads before it asks, the hash that it chooses, and why a request takes longer.

-- A document on its way into one signature request. Encrypted with a key that only the HSM can derive, for this upload of
-- this caller; deleted when it was used, or when its time is over.
create table bakq.uploaded_document (
  id uuid primary key,
  caller text not null check (length(caller) between 1 and 64),
  size integer not null check (size between 1 and 10485760),
  -- encrypted
  content bytea not null,
  expires_at timestamptz not null
);
create index uploaded_document_caller on bakq.uploaded_document (caller, expires_at);
create index uploaded_document_age on bakq.uploaded_document (expires_at);
grant select, insert, delete on bakq.uploaded_document to bakq_runtime;

-- Under the row's MAC when it is not SHA256; what the release before writes is SHA256.
alter table bakq.signature_request
  add column digest_algorithm text not null default 'SHA256' check (digest_algorithm in ('SHA256', 'SHA384', 'SHA512'));
alter table bakq.signature_request
  add column completion_delay text not null default 'NONE'
    check (completion_delay in ('NONE', 'EVIDENCE_UNAVAILABLE', 'FAULT'));

-- A hash has the size of its algorithm.
alter table bakq.prepared_document drop constraint prepared_document_dtbs_digest_check;
alter table bakq.prepared_document
  add constraint prepared_document_dtbs_digest_check check (length(dtbs_digest) in (32, 48, 64));
alter table bakq.activation_ledger drop constraint activation_ledger_dtbs_digest_check;
alter table bakq.activation_ledger
  add constraint activation_ledger_dtbs_digest_check check (length(dtbs_digest) in (32, 48, 64));
