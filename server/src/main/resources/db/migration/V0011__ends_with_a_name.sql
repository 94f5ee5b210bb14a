-- A request whose documents can never be completed ends with a name and a reason.
-- The release before this one, while it still runs beside it, answers INTERNAL for requests that have ended so.

alter table bakq.signature_request drop constraint signature_request_state_check;
alter table bakq.signature_request add constraint signature_request_state_check check (state in
  ('FROZEN', 'CHALLENGED', 'AUTHORISED', 'COMPLETING', 'COMPLETED', 'REJECTED', 'EXPIRED', 'CANCELLED', 'FAILED'));

alter table bakq.signature_request drop constraint signature_request_completion_delay_check;
alter table bakq.signature_request add constraint signature_request_completion_delay_check
  check (completion_delay in ('NONE', 'EVIDENCE_UNAVAILABLE', 'CERTIFICATE_ON_HOLD', 'FAULT'));

-- Since when the values exist. Null where the release before made them; expires_at stands for it then.
alter table bakq.signature_request add column completing_since timestamptz;
alter table bakq.signature_request add column completion_failure text
  check (completion_failure in ('EVIDENCE_UNAVAILABLE', 'CERTIFICATE_NOT_GOOD', 'FAULT'));
alter table bakq.signature_request add constraint signature_request_failure_check
  check ((state = 'FAILED') = (completion_failure is not null));
-- Whose signature it was, and that nothing of it is left here.
alter table bakq.signature_request add constraint signature_request_failed_check
  check ((state = 'FAILED') <= (sad_id is not null and signer_id is not null and erased));

-- A certificate's end is an act of which the person is told, too.
alter table bakq.credential_act drop constraint credential_act_kind_check;
alter table bakq.credential_act add constraint credential_act_kind_check
  check (kind in ('SUSPENDED', 'LIFTED', 'REVOKED', 'EXPIRED'));
alter table bakq.credential_act drop constraint credential_act_check;
alter table bakq.credential_act add constraint credential_act_reason_check
  check ((reason is null) = (kind in ('LIFTED', 'EXPIRED')));

-- The server reads whether there is anything to migrate, before it asks for the owner's password.
grant select on bakq.flyway_schema_history to bakq_runtime;
