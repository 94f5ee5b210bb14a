-- What the record says has ended for good is looked up at each signature and each status answer: a row of the credential or of
-- the register that is set back to before its end, with the MAC of then, is refused (KEY-10). Rows of the index: one for each
-- end. The types stand in the queries as literals, or these indexes would not be used.
create index audit_record_key_destroyed on bakq.audit_record ((details ->> 'credential'))
  where type = 'KEY_DESTROYED';
create index audit_record_certificate_revoked on bakq.audit_record ((details ->> 'certificate_serial'))
  where type = 'CERTIFICATE_REVOKED';
