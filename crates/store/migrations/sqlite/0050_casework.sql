-- The work list learns what people order and filter it by. All of it can be built anew: from the case, its
-- reports, and what people did (`case_event`).
alter table waiting add column account_id text not null default '';
alter table waiting add column clause text;
alter table waiting add column language text;
-- 0 low to 3 severe
alter table waiting add column gravity bigint not null default 1;
alter table waiting add column reach bigint not null default 0;
alter table waiting add column reports bigint not null default 0;
-- reliability of the reporters, in thousandths, summed
alter table waiting add column trust bigint not null default 0;
alter table waiting add column escalated bigint not null default 0;
alter table waiting add column opened_at bigint not null default 0;
-- millionths of a point: all parts of the priority but age
alter table waiting add column base bigint not null default 0;
-- base less what age takes: of one gravity the higher is always the more pressing
alter table waiting add column rank bigint not null default 0;
alter table waiting add column held_until bigint;
alter table waiting add column claimed_by text;
alter table waiting add column claimed_until bigint;
alter table waiting add column assignee text;
alter table waiting add column proposed bigint not null default 0;
-- a like case whose decision this one follows; it is out of the queue meanwhile
alter table waiting add column leader text;

update waiting set
    account_id = coalesce((select json_extract(c.body, '$.account') from casefile c where c.seq = case_seq), ''),
    clause = (select json_extract(c.body, '$.findings[0].clause') from casefile c where c.seq = case_seq),
    opened_at = (select c.opened_at from casefile c where c.seq = case_seq),
    reports = (select count(*) from report r where r.case_id = waiting.case_id),
    trust = 500 * (select count(*) from report r where r.case_id = waiting.case_id),
    base = 20000000 + priority * 200000,
    rank = 20000000 + priority * 200000 - 115 * ((select c.opened_at from casefile c where c.seq = case_seq) / 1000000),
    proposed = exists (select 1 from proposal p where p.case_id = waiting.case_id);

drop index waiting_urgent;
create index waiting_rank on waiting (gravity, rank desc, case_seq);
create index waiting_queue on waiting (queue, gravity, rank desc, case_seq);
create index waiting_clause on waiting (clause, gravity, rank desc, case_seq);
create index waiting_language on waiting (language, gravity, rank desc, case_seq);
create index waiting_account on waiting (account_id, gravity, rank desc, case_seq);
create index waiting_assignee on waiting (assignee, gravity, rank desc, case_seq) where assignee is not null;
create index waiting_claimed on waiting (claimed_by) where claimed_by is not null;
create index waiting_leader on waiting (leader) where leader is not null;

-- Within how long cases of a gravity are to be decided; from the rulebook in force. Changes with it.
create table target (
    gravity integer primary key,
    seconds bigint not null,
    -- millionths of a point that such a case gains each second
    slope bigint not null
);
insert into target (gravity, seconds, slope) values (0, 604800, 49), (1, 259200, 115), (2, 86400, 347), (3, 14400, 2083);

-- Who did what with a case, short of deciding it. Written once.
create table case_event (
    seq integer primary key,
    case_id text not null,
    -- claimed, extended, handed_over, released, assigned, escalated, held, resumed, noted, split, merged, ...
    did text not null,
    by_whom text not null,
    at bigint not null,
    to_whom text,
    until_at bigint,
    -- another case that it is about
    other text,
    said text
);
create index case_event_case on case_event (case_id, seq);

-- What left a case for one of its own: a clause's findings up to an event, or a report.
create table case_split (
    seq integer primary key,
    case_id text not null,
    to_case text not null,
    clause text,
    up_to_event bigint not null
);
create index case_split_case on case_split (case_id);

-- The case in which a report is dealt with now, once it left the one that it came to.
create table report_move (
    seq integer primary key,
    report_id text not null,
    to_case text not null
);
create index report_move_report on report_move (report_id, seq);
create index report_move_case on report_move (to_case);

-- A case about the same item as another, which took over what was in it.
create table case_merged (
    case_id text primary key,
    into_case text not null
) without rowid;

alter table report add column trust bigint not null default 500;
create index report_reporter on report (reporter, received_at) where reporter is not null;

-- A person's own searches; a setting, which they change.
create table saved_filter (
    owner text not null,
    name text not null,
    query text not null,
    saved_at bigint not null,
    primary key (owner, name)
) without rowid;
