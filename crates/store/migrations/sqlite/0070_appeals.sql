-- Appeals: what was asked, what one person proposes, what was answered, when it became urgent. Rows are written
-- once; how an appeal stands is read from later rows.

create table appeal (
    seq integer primary key,
    id text not null,
    decision_id text not null,
    account_id text not null,
    -- person, reporter
    appellant text not null,
    -- of a reporter; empty for the person
    report_id text not null,
    -- 1, 2
    level bigint not null,
    text text not null,
    language text not null,
    submitted_at bigint not null,
    due_at bigint not null
);
create unique index appeal_id on appeal (id);
create unique index appeal_once on appeal (decision_id, level, appellant, report_id);
create index appeal_account on appeal (account_id);
create index appeal_due on appeal (due_at);

create table appeal_proposal (
    seq integer primary key,
    appeal_id text not null,
    proposed_by text not null,
    -- the caller's own value
    answer text not null,
    why text not null,
    proposed_at bigint not null
);
create index appeal_proposal_of on appeal_proposal (appeal_id, seq);

create table appeal_answer (
    appeal_id text primary key,
    -- granted, varied, rejected
    outcome text not null,
    -- JSON: pseudonyms
    answered_by text not null,
    reason text not null,
    answered_at bigint not null,
    -- what took the place of the decision challenged
    decision_id text
) without rowid;

create table appeal_escalation (
    appeal_id text not null,
    escalated_at bigint not null,
    -- empty: the deadline passed
    escalated_by text not null,
    why text not null,
    primary key (appeal_id, escalated_at)
) without rowid;

-- Decisions that took the place of another because one before it was undone: their step runs since the other's.
create table recount (
    decision_seq integer primary key,
    -- the decision undone
    because_of text not null,
    given_at bigint not null
);

create index decision_account on decision (account_id, seq);
