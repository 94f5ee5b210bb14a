-- What the record says of a certificate is compared with its row in the register whenever its status is told: a row that is set
-- back, with the MAC of then, is not believed (CRT-08). The types stand in the queries as literals, or these indexes would not be
-- used. The first has an entry for each change of a certificate's status, the one that counts first of its serial number:
-- revoked is for ever, else the last. It serves what the index that it replaces did, also for the release before this one.
create index audit_record_certificate_change on bakq.audit_record
  ((details ->> 'certificate_serial'), (type = 'CERTIFICATE_REVOKED') desc, sequence desc)
  where type in ('CERTIFICATE_SUSPENDED', 'CERTIFICATE_SUSPENSION_LIFTED', 'CERTIFICATE_REVOKED');
create index audit_record_certificate_issued on bakq.audit_record ((details ->> 'certificate_serial'))
  where type in ('CERTIFICATE_ISSUED', 'CERTIFICATE_TAKEN_IN');
drop index bakq.audit_record_certificate_revoked;
