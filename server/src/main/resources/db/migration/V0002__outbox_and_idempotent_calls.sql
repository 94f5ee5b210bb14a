-- What is to be sent, as references: texts, addresses and secrets are never here.
CREATE TABLE outbox_message (
  id              bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind            text        NOT NULL CHECK (kind ~ '^[A-Z][A-Z_]{0,59}$'),
  reference       uuid        NOT NULL,
  -- Null: a void row, which is never sent; it makes what happens for a stranger look the same.
  signer_id       uuid,
  created_at      timestamptz NOT NULL,
  expires_at      timestamptz NOT NULL,
  state           text        NOT NULL DEFAULT 'PENDING'
                              CHECK (state IN ('PENDING', 'DELIVERED', 'VOID', 'WITHDRAWN', 'EXPIRED')),
  attempts        integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- When it may be taken next; also the end of the lease of who has taken it.
  next_attempt_at timestamptz NOT NULL,
  ended_at        timestamptz CHECK ((ended_at IS NULL) = (state = 'PENDING'))
);
CREATE INDEX outbox_message_due ON outbox_message (next_attempt_at) WHERE state = 'PENDING';
CREATE INDEX outbox_message_ended ON outbox_message (ended_at) WHERE ended_at IS NOT NULL;
GRANT SELECT, INSERT, UPDATE (state, attempts, next_attempt_at, ended_at), DELETE ON outbox_message TO bakq_runtime;

-- Calls that were answered, so that a repetition gets the same answer and is not done twice.
CREATE TABLE idempotent_call (
  caller     text        NOT NULL,
  method     text        NOT NULL CHECK (length(method) BETWEEN 1 AND 100),
  request_id uuid        NOT NULL,
  -- HMAC of the request without its secret fields: tells a repetition from another request.
  body_mac   bytea       NOT NULL CHECK (octet_length(body_mac) = 32),
  -- Null until the call is completed, in the same transaction.
  answer     bytea       CHECK (octet_length(answer) <= 65536),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (caller, method, request_id)
);
CREATE INDEX idempotent_call_age ON idempotent_call (created_at);
GRANT SELECT, INSERT, UPDATE (answer), DELETE ON idempotent_call TO bakq_runtime;
