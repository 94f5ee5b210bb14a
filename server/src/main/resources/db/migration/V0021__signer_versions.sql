-- The version of a signer's row that the record knows is compared with the row's own each time it is read: a row that is
-- set back, with the MAC of then, is refused (ENR-14). A few entries for each signer; the greatest is the first of the index.
create index audit_record_signer_written on bakq.audit_record (subject, ((details ->> 'version')::bigint) desc)
  where type = 'SIGNER_WRITTEN';
