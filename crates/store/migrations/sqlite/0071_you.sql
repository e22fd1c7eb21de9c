-- How the person concerned reaches their own page: links (kept as digests), one-time codes, visits; and where they
-- can be written to. All of it is deleted when the account is erased.

create table contact (
    account_id text primary key,
    email text,
    language text,
    set_at bigint not null
) without rowid;

create table you_link (
    id text primary key,
    digest bytea not null,
    account_id text not null,
    made_at bigint not null,
    expires_at bigint not null
) without rowid;
create unique index you_link_digest on you_link (digest);
create index you_link_account on you_link (account_id);

create table you_link_end (
    link_id text primary key,
    ended_at bigint not null
) without rowid;

create table you_code (
    seq integer primary key,
    link_id text not null,
    digest bytea not null,
    made_at bigint not null,
    expires_at bigint not null
);
create index you_code_link on you_code (link_id, seq);

create table you_try (
    code_seq bigint not null,
    number bigint not null,
    at bigint not null,
    was_right bigint not null,
    primary key (code_seq, number)
) without rowid;

create table you_visit (
    digest bytea primary key,
    link_id text not null,
    begun_at bigint not null,
    expires_at bigint not null
) without rowid;
create index you_visit_link on you_visit (link_id);

-- What is to be told to people, by e-mail or through the platform. `next_at`, `attempts` and `secret` are a work
-- list; how each attempt ended is a row of its own.
create table notice (
    seq integer primary key,
    id text not null,
    -- decision, code, link, appeal_received, appeal_answered, report_outcome
    kind text not null,
    account_id text not null,
    decision_id text,
    appeal_id text,
    report_id text,
    -- a one-time code, until it is sent or worthless
    secret text,
    created_at bigint not null,
    attempts bigint not null,
    -- null once accepted or given up
    next_at bigint
);
create unique index notice_id on notice (id);
create index notice_next on notice (next_at) where next_at is not null;
create index notice_decision on notice (decision_id) where decision_id is not null;
create index notice_account on notice (account_id);

create table notice_attempt (
    notice_seq bigint not null,
    number bigint not null,
    at bigint not null,
    -- mail, webhook, failed, gave_up
    ended text not null,
    why text,
    primary key (notice_seq, number)
) without rowid;

-- Up to which decision notices were made: one row.
create table notice_head (
    id integer primary key check (id = 0),
    decision_seq bigint not null
);
insert into notice_head (id, decision_seq)
    values (0, (select coalesce(max(seq) + 1, 0) from decision));
