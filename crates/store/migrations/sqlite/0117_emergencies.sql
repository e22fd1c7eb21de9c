-- Decisions that passed over the ladder's warning.
create index decision_emergency on decision (seq) where instr(body, '"emergency":{') > 0;
