-- What the record says last of a credential, and whether it says that a certificate was revoked, is looked up at each signature
-- and each status answer: rows that are set back to before that, with the MACs of then, are refused (KEY-10). A few entries for
-- each credential. The types stand in the queries as literals, or these indexes would not be used.
create index audit_record_credential_step on bakq.audit_record ((details ->> 'credential'), sequence)
  where type in ('CERTIFICATE_SUSPENDED', 'CERTIFICATE_SUSPENSION_LIFTED', 'KEY_DESTROYED');
create index audit_record_certificate_revoked on bakq.audit_record ((details ->> 'certificate_serial'))
  where type = 'CERTIFICATE_REVOKED';
