-- The ground: which instance this is, its clock, and the record.
-- The owner (bakq_owner) runs migrations; the runtime (bakq_runtime) may do only what is granted here.

GRANT USAGE ON SCHEMA bakq TO bakq_runtime;

-- Which kind of instance this database belongs to: stamped once, by the first run of the migrations.
CREATE TABLE instance (
  id         smallint    PRIMARY KEY CHECK (id = 1),
  profile    text        NOT NULL CHECK (profile IN ('PRODUCTION', 'DEMO')),
  created_at timestamptz NOT NULL
);
GRANT SELECT ON instance TO bakq_runtime;

-- The latest time that was given out, within a second: time never goes back behind it.
CREATE TABLE clock_mark (
  id   smallint    PRIMARY KEY CHECK (id = 1),
  mark timestamptz NOT NULL
);
INSERT INTO clock_mark (id, mark) VALUES (1, clock_timestamp());
GRANT SELECT, UPDATE (mark) ON clock_mark TO bakq_runtime;

CREATE FUNCTION refuse_earlier_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the clock mark never goes back' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER clock_mark_grows BEFORE UPDATE ON clock_mark
  FOR EACH ROW WHEN (NEW.mark < OLD.mark) EXECUTE FUNCTION refuse_earlier_mark();

-- The record: one row for each event, chained by hashes (eus.bakq.server.audit says how).
CREATE TABLE audit_record (
  sequence      bigint      PRIMARY KEY CHECK (sequence > 0),
  recorded_at   timestamptz NOT NULL,
  type          text        NOT NULL CHECK (type ~ '^[A-Z][A-Z_]{0,59}$'),
  outcome       text        NOT NULL CHECK (outcome IN ('SUCCEEDED', 'REFUSED', 'FAILED')),
  reason        text        NOT NULL CHECK (length(reason) <= 60 AND (reason = '') = (outcome = 'SUCCEEDED')),
  actor         text        NOT NULL CHECK (length(actor) BETWEEN 1 AND 100),
  subject       text        NOT NULL CHECK (length(subject) BETWEEN 1 AND 100),
  details       jsonb       NOT NULL CHECK (jsonb_typeof(details) = 'object'),
  previous_hash bytea       NOT NULL CHECK (octet_length(previous_hash) = 32),
  hash          bytea       NOT NULL UNIQUE CHECK (octet_length(hash) = 32)
);
CREATE INDEX audit_record_subject ON audit_record (subject, sequence);
GRANT SELECT, INSERT ON audit_record TO bakq_runtime;

-- Who holds this row appends: one at a time, so that the sequence has no gaps and the chain no forks.
-- It has no content that could be set back; FOR UPDATE asks for the right to update one column.
CREATE TABLE audit_lock (
  id smallint PRIMARY KEY CHECK (id = 1)
);
INSERT INTO audit_lock (id) VALUES (1);
GRANT SELECT, UPDATE (id) ON audit_lock TO bakq_runtime;

-- AUD-04. The first defence is that the runtime has no such right; this one stands in the owner's way too.
CREATE FUNCTION refuse_change_of_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit records are never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_record_stays BEFORE UPDATE OR DELETE ON audit_record
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER audit_record_is_not_emptied BEFORE TRUNCATE ON audit_record
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_record();
