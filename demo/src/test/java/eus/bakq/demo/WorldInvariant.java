package eus.bakq.demo;

/**
 * What must hold in the database of every world, whoever died, cut or raced in it: each is a query
 * for what breaks it. Details of records are compared as the catalogue of events says
 * (docs/audit-events.md).
 */
enum WorldInvariant {
  /** SAD-05: an occurrence is authorised, reserved, ended, in this order, and stays the same. */
  LEDGER_STEPS_FOLLOW_EACH_OTHER(
      When.ALWAYS,
      """
      select l.sad_id || ' ' || l.ordinal || ' ' || l.step from activation_ledger l
      left join activation_ledger b on b.sad_id = l.sad_id and b.ordinal = l.ordinal
        and b.step = case l.step when 'RESERVED' then 'AUTHORISED' else 'RESERVED' end
      where l.step <> 'AUTHORISED' and (b.sad_id is null or b.dtbs_digest <> l.dtbs_digest
        or b.credential_id <> l.credential_id or b.signature_request_id <> l.signature_request_id)"""),

  /** Occurrences of one SAD go together: none is burnt where another has its value. */
  LEDGER_ENDS_ALL_OR_NONE(
      When.ALWAYS,
      """
      select sad_id::text from activation_ledger group by sad_id
      having count(distinct outcome) > 1
        or count(*) filter (where step = 'RESERVED') not in (0, count(*) filter (where step = 'AUTHORISED'))
        or count(*) filter (where outcome = 'CONSUMED') not in (0, count(*) filter (where step = 'AUTHORISED'))"""),

  /** No second value: a request is signed under one SAD, once, and no value has two places. */
  ONE_VALUE_FOR_EACH_OCCURRENCE(
      When.ALWAYS,
      """
      select signature_request_id::text from activation_ledger where outcome = 'CONSUMED'
      group by signature_request_id having count(distinct sad_id) > 1
        or count(*) <> (select document_count from signature_request r where r.id = signature_request_id)
      union all
      select encode(value_sha256, 'hex') from activation_ledger where outcome = 'CONSUMED'
      group by value_sha256 having count(*) > 1"""),

  /**
   * What is released is what was consumed, and all of it; what FAILED was consumed and is never
   * released.
   */
  RELEASED_IS_CONSUMED(
      When.ALWAYS,
      """
      select r.id || ' ' || r.state from signature_request r
      where (r.state in ('COMPLETING', 'COMPLETED', 'FAILED')) <> exists (select 1 from activation_ledger l
        where l.signature_request_id = r.id and l.outcome = 'CONSUMED')
      union all
      select r.id || ' has another sad' from signature_request r join activation_ledger l
        on l.signature_request_id = r.id and l.outcome = 'CONSUMED' where l.sad_id <> r.sad_id"""),

  /** ENR-14: a row of a signer is in the version that the record says, and there is one. */
  SIGNERS_ARE_AS_RECORDED(
      When.ALWAYS,
      """
      select coalesce(s.id::text, a.subject) from signer s
      full join (select subject, max((details ->> 'version')::bigint) as version from audit_record
        where type = 'SIGNER_WRITTEN' group by subject) a on a.subject = s.id::text
      where s.version is distinct from a.version"""),

  /**
   * AUD-01: each reservation has its intent in the record, once, and each intent its reservation.
   */
  EACH_RESERVATION_HAS_ITS_INTENT(
      When.ALWAYS,
      """
      select coalesce(l.sad_id::text, a.details ->> 'sad')
      from (select * from activation_ledger where step = 'RESERVED') l
      full join (select * from audit_record where type = 'SIGNATURE_AUTHORISED') a
        on a.details ->> 'sad' = l.sad_id::text and a.details ->> 'ordinal' = l.ordinal::text
          and a.details ->> 'dtbs_digest' = encode(l.dtbs_digest, 'hex')
          and a.subject = l.signature_request_id::text
          and a.details ->> 'credential' = l.credential_id::text
      group by 1, coalesce(l.ordinal::text, a.details ->> 'ordinal')
      having count(*) > 1 or bool_or(l.sad_id is null or a.sequence is null)"""),

  /** AUD-06: each value has its record, once, and each record its value. */
  EACH_VALUE_HAS_ITS_RECORD(
      When.ALWAYS,
      """
      select coalesce(l.sad_id::text, a.details ->> 'sad')
      from (select * from activation_ledger where outcome = 'CONSUMED') l
      full join (select * from audit_record where type = 'SIGNATURE_CREATED') a
        on a.details ->> 'sad' = l.sad_id::text and a.details ->> 'ordinal' = l.ordinal::text
          and a.details ->> 'value_sha256' = encode(l.value_sha256, 'hex')
          and a.subject = l.signature_request_id::text
      group by 1, coalesce(l.ordinal::text, a.details ->> 'ordinal')
      having count(*) > 1 or bool_or(l.sad_id is null or a.sequence is null)"""),

  /** The intent comes before the outcome. */
  INTENT_BEFORE_OUTCOME(
      When.ALWAYS,
      """
      select o.details ->> 'sad' from audit_record o
      where o.type in ('SIGNATURE_CREATED', 'SIGNATURE_INTERRUPTED', 'SIGNATURE_FAILED')
        and not exists (select 1 from audit_record i where i.type = 'SIGNATURE_AUTHORISED'
          and i.sequence < o.sequence and i.subject = o.subject
          and i.details ->> 'sad' = o.details ->> 'sad'
          and (o.details ->> 'ordinal' is null or i.details ->> 'ordinal' = o.details ->> 'ordinal'))"""),

  /** Whatever was burnt is said to be, by the process or by another after its death. */
  EACH_BURNING_HAS_ITS_RECORD(
      When.ALWAYS,
      """
      select l.sad_id || ' ' || l.ordinal from activation_ledger l where l.outcome = 'INTERRUPTED'
        and 1 <> (select count(*) from audit_record a where a.details ->> 'sad' = l.sad_id::text
          and (a.type = 'SIGNATURE_FAILED'
            or a.type = 'SIGNATURE_INTERRUPTED' and a.details ->> 'ordinal' = l.ordinal::text))
      union all
      select a.type || ' ' || (a.details ->> 'sad') from audit_record a
      where a.type in ('SIGNATURE_FAILED', 'SIGNATURE_INTERRUPTED')
        and not exists (select 1 from activation_ledger l where l.sad_id::text = a.details ->> 'sad'
          and l.outcome = 'INTERRUPTED'
          and (a.type = 'SIGNATURE_FAILED' or a.details ->> 'ordinal' = l.ordinal::text))"""),

  /** SAD-01: activation data come from the right factors, and are in the ledger. */
  EACH_SAD_HAS_ITS_FACTORS(
      When.ALWAYS,
      """
      select a.details ->> 'sad' from audit_record a where a.type = 'SAD_CREATED'
        and (a.details ->> 'hashes')::int <> (select count(*) from activation_ledger l
          where l.sad_id::text = a.details ->> 'sad' and l.step = 'AUTHORISED')
      union all
      select l.sad_id::text from activation_ledger l where l.step = 'AUTHORISED'
        and 1 <> (select count(*) from audit_record a where a.type = 'SAD_CREATED'
          and a.details ->> 'sad' = l.sad_id::text and a.subject = l.signature_request_id::text)
      union all
      select subject from audit_record where type in ('SAD_CREATED', 'AUTHENTICATION_SUCCEEDED')
        and (type = 'SAD_CREATED' or details ->> 'purpose' = 'SIGNATURE')
      group by subject having count(*) filter (where type = 'SAD_CREATED')
        <> count(*) filter (where type = 'AUTHENTICATION_SUCCEEDED')"""),

  /** A SAD is that of a request, or has ended with a record; never both. */
  EACH_SAD_HAS_ONE_END(
      When.ALWAYS,
      """
      select a.details ->> 'sad' from audit_record a
      join signature_request r on r.id::text = a.subject
      where a.type = 'SAD_CREATED'
        and (r.state in ('AUTHORISED', 'COMPLETING', 'COMPLETED', 'FAILED')
            and r.sad_id::text = a.details ->> 'sad')
          = exists (select 1 from audit_record e
            where e.type = 'SAD_BURNT' and e.details ->> 'sad' = a.details ->> 'sad')
      union all
      select b.details ->> 'sad' from audit_record b where b.type = 'SAD_BURNT'
      group by 1 having count(*) > 1"""),

  /** A factor is used once: a challenge succeeds once, and a request as often as it has SADs. */
  A_CHALLENGE_SUCCEEDS_ONCE(
      When.ALWAYS,
      """
      select details ->> 'challenge' from audit_record where type = 'AUTHENTICATION_SUCCEEDED'
      group by 1 having count(*) > 1
      union all
      select i.id || ' ' || i.state from interaction i
      where (i.state = 'SUCCEEDED') <> exists (select 1 from audit_record a
        where a.type = 'AUTHENTICATION_SUCCEEDED' and a.details ->> 'interaction' = i.id::text)
        and not exists (select 1 from audit_record b where b.subject = i.subject::text
          and b.type in ('SAD_BURNT', 'ACTIVATION_STARTED', 'SIGNATURE_REQUEST_EXPIRED'))"""),

  /** A citizen has one challenge that a code fits for each purpose, at most. */
  ONE_LIVE_CHALLENGE(
      When.ALWAYS,
      """
      select signer_id::text from interaction where state = 'CHALLENGED' and signer_id is not null
        and code_expires_at > now() group by signer_id, purpose having count(*) > 1"""),

  /** A request's state is explained by the record, and the record by the state. */
  EACH_REQUEST_IS_EXPLAINED(
      When.ALWAYS,
      """
      select r.id || ' ' || r.state from signature_request r where
        1 <> (select count(*) from audit_record a where a.subject = r.id::text
          and a.type = 'SIGNATURE_REQUEST_FROZEN' and a.details ->> 'frozen_set' = encode(r.frozen_set, 'hex'))
        or (case when r.state in ('REJECTED', 'CANCELLED', 'EXPIRED', 'COMPLETED', 'FAILED') then 1 else 0 end)
          <> (select count(*) from audit_record a where a.subject = r.id::text
            and a.type in ('SIGNATURE_REQUEST_REJECTED', 'SIGNATURE_REQUEST_CANCELLED',
              'SIGNATURE_REQUEST_EXPIRED', 'SIGNATURE_REQUEST_COMPLETED', 'SIGNATURE_REQUEST_FAILED'))
        or r.state in ('REJECTED', 'CANCELLED', 'EXPIRED', 'COMPLETED', 'FAILED') and not exists (
          select 1 from audit_record a where a.subject = r.id::text
            and a.type = 'SIGNATURE_REQUEST_' || r.state
            and (r.state <> 'FAILED' or a.reason = r.completion_failure
              and a.details ->> 'sad' = r.sad_id::text and a.details ->> 'released' = 'none'))
        or (r.acknowledged_at is not null) <> exists (select 1 from audit_record a
          where a.subject = r.id::text and a.type = 'SIGNED_DOCUMENTS_ACKNOWLEDGED')
      union all
      select a.type || ' ' || a.subject from audit_record a
      where a.type in ('SIGNATURE_REQUEST_FROZEN', 'SIGNATURE_REQUEST_SHOWN', 'SIGNED_DOCUMENT_FETCHED')
        and not exists (select 1 from signature_request r where r.id::text = a.subject
          and (a.type <> 'SIGNED_DOCUMENT_FETCHED' or r.state = 'COMPLETED'))"""),

  /** What is over is erased; what was signed is kept until it is acknowledged. */
  DOCUMENTS_LIVE_AS_LONG_AS_THEIR_REQUEST(
      When.ALWAYS,
      """
      select r.id || ' ' || r.state from signature_request r join request_document d on d.request_id = r.id
      where r.state in ('REJECTED', 'CANCELLED', 'EXPIRED', 'FAILED')
          and (d.original is not null or d.value is not null or d.signed is not null)
        or r.state in ('FROZEN', 'CHALLENGED', 'AUTHORISED')
          and (d.original is null or d.value is not null or d.signed is not null)
        or r.state = 'COMPLETING' and (d.original is null or d.value is null or d.signed is not null)
        or r.state = 'COMPLETED' and (d.original is not null or d.value is not null
          or (d.signed is null) <> (r.acknowledged_at is not null))
      union all
      select r.id || ' has prepared documents' from signature_request r
      join prepared_document p on p.request_id = r.id
      where r.state in ('FROZEN', 'COMPLETED', 'REJECTED', 'CANCELLED', 'EXPIRED', 'FAILED')"""),

  /** Somebody is registered with a record, and no record is of nobody. */
  EACH_SIGNER_IS_EXPLAINED(
      When.ALWAYS,
      """
      select s.id::text from signer s where not exists (select 1 from audit_record a
        where a.type = 'ENROLMENT_REGISTERED' and a.subject = s.id::text)
      union all
      select a.subject from audit_record a where a.type = 'ENROLMENT_REGISTERED'
        and not exists (select 1 from activation v where v.id::text = a.details ->> 'activation'
          and v.signer_id::text = a.subject)
      union all
      select v.id::text from activation v where 1 <> (select count(*) from audit_record a
        where a.type = 'ACTIVATION_LINK_ISSUED' and a.subject = v.id::text
          and a.details ->> 'signer' = v.signer_id::text)
      union all
      select v.id || ' ' || v.state from activation v
      where (v.state = 'COMPLETED') <> exists (select 1 from audit_record a
        where a.type = 'ACTIVATION_COMPLETED' and a.subject = v.id::text)"""),

  /** KEY-04: a credential is linked once, by an activation that says so. */
  EACH_CREDENTIAL_IS_EXPLAINED(
      When.ALWAYS,
      """
      select c.id::text from credential c where 1 <> (select count(*) from audit_record a
        where a.type = 'CERTIFICATE_LINKED' and a.details ->> 'credential' = c.id::text
          and a.details ->> 'certificate_sha256' = encode(sha256(c.certificate), 'hex')
          and a.details ->> 'public_key_sha256' = encode(sha256(c.public_key), 'hex'))
      union all
      select a.details ->> 'credential' from audit_record a where a.type = 'CERTIFICATE_LINKED'
        and not exists (select 1 from credential c where c.id::text = a.details ->> 'credential')
      union all
      select c.id || ' ' || c.state from credential c
      where (c.state = 'KEY_DESTROYED') <> exists (select 1 from audit_record a
        where a.type = 'KEY_DESTROYED' and a.details ->> 'credential' = c.id::text)"""),

  /**
   * CRT-08: a certificate is in register and record, and is a credential's, waiting, or revoked.
   */
  EACH_CERTIFICATE_IS_EXPLAINED(
      When.ALWAYS,
      """
      select encode(g.serial, 'hex') from certificate_register g where 1 <> (select count(*)
        from audit_record a where a.type = 'CERTIFICATE_ISSUED'
          and a.details ->> 'certificate_sha256' = encode(g.certificate_sha256, 'hex'))
      union all
      select a.details ->> 'certificate_serial' from audit_record a where a.type = 'CERTIFICATE_ISSUED'
        and not exists (select 1 from certificate_register g
          where a.details ->> 'certificate_sha256' = encode(g.certificate_sha256, 'hex'))
      union all
      select encode(g.serial, 'hex') || ' ' || g.state from certificate_register g
      left join credential c on sha256(c.certificate) = g.certificate_sha256
      where g.kind in ('SIGNATURE', 'AUTHENTICATION') and (case g.state
        when 'SUSPENDED' then c.state is distinct from 'SUSPENDED'
        when 'REVOKED' then c.state is not null and c.state <> 'KEY_DESTROYED'
        else c.state is distinct from 'ACTIVE' and g.not_after > now()
          and not exists (select 1 from unlinked_certificate u where u.serial = g.serial) end)"""),

  /** CRT-08: a certificate has the state that the record tells last of it; revoked is for ever. */
  CERTIFICATES_ARE_AS_RECORDED(
      When.ALWAYS,
      """
      select coalesce(a.serial, ltrim(encode(g.serial, 'hex'), '0'))
      from (select distinct on (details ->> 'certificate_serial') details ->> 'certificate_serial' as serial,
          case type when 'CERTIFICATE_REVOKED' then 'REVOKED' when 'CERTIFICATE_SUSPENDED' then 'SUSPENDED'
            else 'GOOD' end as state from audit_record
        where type in ('CERTIFICATE_ISSUED', 'CERTIFICATE_TAKEN_IN', 'CERTIFICATE_SUSPENDED',
          'CERTIFICATE_SUSPENSION_LIFTED', 'CERTIFICATE_REVOKED')
        order by details ->> 'certificate_serial', (type = 'CERTIFICATE_REVOKED') desc, sequence desc) a
      full join certificate_register g on ltrim(encode(g.serial, 'hex'), '0') = a.serial
      where a.state is distinct from g.state"""),

  /** What a person's account says is what the credentials say. */
  ACCOUNTS_AND_CREDENTIALS_AGREE(
      When.ALWAYS,
      """
      select s.id || ' ' || s.state from signer s where s.state in ('ACTIVE', 'SUSPENDED')
        <> exists (select 1 from credential c where c.signer_id = s.id and c.state = s.state)
      union all
      select c.id || ' ' || c.state from credential c join signer s on s.id = c.signer_id
      where c.state in ('ACTIVE', 'SUSPENDED') and c.state <> s.state"""),

  /** CRT-09: what an officer did to credentials is recorded once, and told to the person. */
  EACH_ACT_IS_EXPLAINED(
      When.ALWAYS,
      """
      select t.id || ' ' || t.kind from credential_act t where not exists (select 1 from audit_record a
        where a.details ->> 'act' = t.id::text and a.subject = t.signer_id::text and a.type =
          case t.kind when 'SUSPENDED' then 'CERTIFICATE_SUSPENDED'
            when 'LIFTED' then 'CERTIFICATE_SUSPENSION_LIFTED' else 'CERTIFICATE_REVOKED' end)
        or not exists (select 1 from outbox_message m where m.reference = t.id)
      union all
      select a.details ->> 'act' from audit_record a where a.details ? 'act'
        and a.type like 'CERTIFICATE_%' and not exists (select 1 from credential_act t
          where t.id::text = a.details ->> 'act')"""),

  /** KEY-10, KEY-06: a key of a usable credential is sealed under a generation of the password. */
  KEYS_ARE_SEALED(
      When.ALWAYS,
      """
      select c.id::text from credential c left join password p on p.signer_id = c.signer_id
      where c.state in ('ACTIVE', 'SUSPENDED') and (c.sealed_key is null
        or p.generation is distinct from c.password_generation)
      union all
      select c.id || ' twice' from credential c join credential d
        on d.id <> c.id and d.sealed_key = c.sealed_key"""),

  /** API-05: a call that is known was answered. */
  KNOWN_CALLS_HAVE_ANSWERS(
      When.ALWAYS,
      "select caller || ' ' || method || ' ' || request_id from idempotent_call where answer is null"),

  /** AUD-03: numbers without gaps. */
  THE_RECORD_HAS_NO_GAPS(
      When.ALWAYS,
      "select count(*) || ' of ' || max(sequence) from audit_record having count(*) <> max(sequence)"),

  /** No request waits for a dead process. */
  NOTHING_IS_LEFT_BETWEEN_STATES(
      When.AT_REST,
      "select id || ' ' || state from signature_request where state in ('AUTHORISED', 'COMPLETING')"),

  /** No reservation is left without an end. */
  EVERY_RESERVATION_HAS_ENDED(
      When.AT_REST,
      """
      select r.sad_id || ' ' || r.ordinal from activation_ledger r where r.step = 'RESERVED'
        and not exists (select 1 from activation_ledger e
          where e.sad_id = r.sad_id and e.ordinal = r.ordinal and e.step = 'ENDED')""");

  /** When it must hold. */
  enum When {
    /** At any moment, also while servers work and after one died. */
    ALWAYS,

    /** When no call is under way, leases of dead nodes are over and housekeeping has been round. */
    AT_REST
  }

  private final When when;
  private final String breaks;

  WorldInvariant(When when, String breaks) {
    this.when = when;
    this.breaks = breaks;
  }

  When when() {
    return when;
  }

  /** The query for what breaks it: one column of text, no row if it holds. */
  String breaks() {
    return breaks;
  }
}
