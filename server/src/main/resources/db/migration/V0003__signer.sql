-- The people. Every row stands under a MAC of the HSM over all its columns (ENR-14).
CREATE TABLE signer (
  id                    uuid        PRIMARY KEY,
  -- In whatever state: who was once registered is not registered a second time.
  dni                   text        NOT NULL UNIQUE CHECK (dni ~ '^([0-9]{8}|[XYZ][0-9]{7})[A-Z]$'),
  given_name            text        NOT NULL CHECK (length(given_name) BETWEEN 1 AND 60),
  surname               text        NOT NULL CHECK (length(surname) BETWEEN 1 AND 100),
  birth_date            date        NOT NULL,
  email                 text        NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
  mobile                text        NOT NULL CHECK (mobile ~ '^\+[1-9][0-9]{7,14}$'),
  language              text        NOT NULL CHECK (language IN ('BASQUE', 'SPANISH', 'ENGLISH')),
  document_type         text        NOT NULL CHECK (document_type IN
                          ('DNI', 'PASSPORT', 'DRIVING_LICENCE', 'RESIDENCE_CARD', 'EU_REGISTRATION_CERTIFICATE')),
  document_number       text        NOT NULL CHECK (document_number ~ '^[A-Z0-9]{3,20}$'),
  document_expiry       date        NOT NULL,
  identification_method text        NOT NULL CHECK (identification_method IN ('IN_PERSON')),
  identified_at         timestamptz NOT NULL,
  officer               text        NOT NULL CHECK (length(officer) BETWEEN 1 AND 64),
  evidence_sha256       bytea       NOT NULL CHECK (octet_length(evidence_sha256) = 32),
  state                 text        NOT NULL CHECK (state IN ('PENDING_ACTIVATION', 'ACTIVE', 'SUSPENDED', 'CLOSED')),
  version               bigint      NOT NULL CHECK (version >= 1),
  row_mac               bytea       NOT NULL CHECK (octet_length(row_mac) = 32)
);

-- Who a person is does not change here, and nobody is deleted: the law asks for fifteen years.
GRANT SELECT, INSERT,
  UPDATE (document_type, document_number, document_expiry, identification_method, identified_at, officer,
          evidence_sha256, state, version, row_mac)
  ON signer TO bakq_runtime;

CREATE FUNCTION refuse_version_that_does_not_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a version grows by one' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER signer_version_grows BEFORE UPDATE ON signer
  FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_that_does_not_grow();
