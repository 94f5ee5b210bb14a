-- A caller's name has 64 characters at most, as it has everywhere else.
alter table bakq.caller_turn drop constraint caller_turn_caller_check;
alter table bakq.caller_turn add constraint caller_turn_caller_check check (length(caller) between 1 and 64);
