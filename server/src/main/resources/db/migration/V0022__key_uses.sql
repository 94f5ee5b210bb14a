-- The uses of the two keys of passwords that the HSM counted are compared with what the record tells of them (docs/adr/0028). What
-- was compared last is a record, and nothing else keeps it: no table, and no right that the runtime has not got already.
create index audit_record_key_uses on bakq.audit_record (recorded_at)
  where type in ('AUTHENTICATION_PASSWORD_JUDGED', 'PASSWORD_SET', 'PASSWORD_CHANGED', 'KEY_USES_UNRECORDED');
create index audit_record_key_uses_compared on bakq.audit_record (sequence)
  where type in ('KEY_USES_COMPARED', 'KEY_USES_NOT_COMPARED');
