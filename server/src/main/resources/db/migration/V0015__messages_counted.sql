-- How many messages went to a person, to a number and to all is counted in the outbox (OTP-13).
CREATE INDEX outbox_message_signer ON outbox_message (signer_id, created_at) WHERE signer_id IS NOT NULL;
CREATE INDEX outbox_message_age ON outbox_message (created_at) WHERE signer_id IS NOT NULL;
CREATE INDEX signer_mobile ON signer (mobile);
