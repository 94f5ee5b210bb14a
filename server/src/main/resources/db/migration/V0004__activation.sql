-- Activations of BakQ, from the link to the certificate. Links are computed, never stored.
-- Every row stands under a MAC of the HSM over all its columns (ENR-14).
CREATE TABLE activation (
  id            uuid        PRIMARY KEY,
  signer_id     uuid        NOT NULL REFERENCES signer (id),
  nonce         bytea       NOT NULL CHECK (octet_length(nonce) = 16),
  state         text        NOT NULL CHECK (state IN ('LINK_SENT', 'OPENED', 'PASSWORD_SET', 'DATA_CONFIRMED',
                              'TERMS_ACCEPTED', 'COMPLETED', 'ENDED', 'SUPERSEDED', 'EXPIRED')),
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL CHECK (expires_at > created_at),
  wrong_answers integer     NOT NULL CHECK (wrong_answers BETWEEN 0 AND 3),
  version       bigint      NOT NULL CHECK (version >= 1),
  row_mac       bytea       NOT NULL CHECK (octet_length(row_mac) = 32)
);

-- A signer has at most one activation that has not ended.
CREATE UNIQUE INDEX activation_live ON activation (signer_id)
  WHERE state NOT IN ('COMPLETED', 'ENDED', 'SUPERSEDED', 'EXPIRED');
CREATE INDEX activation_overdue ON activation (expires_at)
  WHERE state NOT IN ('COMPLETED', 'ENDED', 'SUPERSEDED', 'EXPIRED');

GRANT SELECT, INSERT, UPDATE (state, wrong_answers, version, row_mac) ON activation TO bakq_runtime;

CREATE TRIGGER activation_version_grows BEFORE UPDATE ON activation
  FOR EACH ROW WHEN (NEW.version <> OLD.version + 1) EXECUTE FUNCTION refuse_version_that_does_not_grow();
