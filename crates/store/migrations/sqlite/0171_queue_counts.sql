-- What a search of the work list asks stands in the index in whose order it reads, so that what does not fit is passed
-- over without its row.
drop index waiting_rank;
create index waiting_rank on waiting (gravity, rank desc, case_seq,
    leader, held_until, claimed_until, proposed, escalated, reports, opened_at, queue, clause, language);
drop index waiting_queue;
create index waiting_queue on waiting (queue, gravity, rank desc, case_seq,
    leader, held_until, claimed_until, proposed, escalated, reports, opened_at, clause, language);
drop index waiting_clause;
create index waiting_clause on waiting (clause, gravity, rank desc, case_seq,
    leader, held_until, claimed_until, proposed, escalated, reports, opened_at, queue, language);
drop index waiting_language;
create index waiting_language on waiting (language, gravity, rank desc, case_seq,
    leader, held_until, claimed_until, proposed, escalated, reports, opened_at, queue, clause);
-- How the queues stand is counted in these alone.
create index waiting_age on waiting (leader, queue, gravity, opened_at);
create index waiting_in_work on waiting (leader, queue, claimed_until) where claimed_until is not null;
create index waiting_resting on waiting (leader, queue, held_until) where held_until is not null;
create index waiting_proposed on waiting (leader, queue, proposed) where proposed = 1;
