-- What the authority tells the public about its certificates: the last revocation list, and the certificate of the OCSP
-- responder. One row each, for all processes; the row's lock decides who issues.

create table bakq.revocation_list (
  id smallint primary key check (id = 1),
  number bigint not null check (number >= 0),
  -- certificate_register_change.number that it tells of
  register_change bigint not null check (register_change >= 0),
  issued_at timestamptz,
  -- DER; 100,000 entries have about 5 MB
  list bytea check (length(list) <= 16777216),
  mac bytea check (length(mac) = 32),
  check ((list is null) = (number = 0) and (list is null) = (issued_at is null) and (list is null) = (mac is null))
);
insert into bakq.revocation_list (id, number, register_change) values (1, 0, 0);
grant select, update (number, register_change, issued_at, list, mac) on bakq.revocation_list to bakq_runtime;

-- Needs no MAC: it is signed by the authority, and is used only if it is.
create table bakq.responder_certificate (
  id smallint primary key check (id = 1),
  certificate bytea check (length(certificate) <= 8192)
);
insert into bakq.responder_certificate (id) values (1);
grant select, update (certificate) on bakq.responder_certificate to bakq_runtime;
