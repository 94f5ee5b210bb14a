-- One row for each sede that has asked: whoever counts what a sede has open holds it, so that two who ask at the
-- same moment do not both take the last place (API-07). FOR UPDATE needs the right to update a column; there is
-- nothing in it to change.
create table bakq.caller_turn (
  caller text primary key check (length(caller) between 1 and 63)
);
grant select, insert, update (caller) on bakq.caller_turn to bakq_runtime;
