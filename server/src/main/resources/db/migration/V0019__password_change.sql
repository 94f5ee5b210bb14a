-- A change of password gives a new key (docs/adr/0026): what is new here is the purpose of an interaction, and an act of which
-- the person is told.

alter table bakq.interaction drop constraint interaction_purpose_check;
alter table bakq.interaction add constraint interaction_purpose_check
  check (purpose in ('ACTIVATION', 'SIGNATURE', 'PASSWORD_CHANGE'));
-- How many changes were opened within a minute, by everybody together. The purpose stands in the query as a literal, or this
-- index would not be used.
create index interaction_password_changes on bakq.interaction (opened_at) where purpose = 'PASSWORD_CHANGE';

alter table bakq.credential_act drop constraint credential_act_kind_check;
alter table bakq.credential_act add constraint credential_act_kind_check
  check (kind in ('SUSPENDED', 'LIFTED', 'REVOKED', 'EXPIRED', 'PASSWORD_CHANGED'));
alter table bakq.credential_act drop constraint credential_act_reason_check;
alter table bakq.credential_act add constraint credential_act_reason_check
  check ((reason is null) = (kind in ('LIFTED', 'EXPIRED', 'PASSWORD_CHANGED')));
