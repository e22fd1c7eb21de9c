-- Notices: somebody says that one or several items should not be there. Each item of one becomes a report on
-- that item as soon as the item is known; until then it waits in `report_notice_waiting`.
create table report_notice (
    id text primary key,
    -- SHA-256 of the token in the status link
    digest bytea not null,
    received_at bigint not null,
    -- form, api
    via text not null,
    clause text,
    -- "illegal under the law of": the law, in the reporter's words
    law text,
    reason text not null,
    child_abuse bigint not null,
    name text,
    email text,
    -- the platform's id of the reporter, or a digest of the address: what reliability is counted by
    reporter text,
    -- 1: it came while notices of this reporter are not dealt with
    suspended bigint not null
) without rowid;
create unique index report_notice_digest on report_notice (digest);
create index report_notice_reporter on report_notice (reporter, received_at) where reporter is not null;

create table report_notice_item (
    notice_id text not null,
    position bigint not null,
    -- id or address, as it was given
    asked text not null,
    primary key (notice_id, position)
) without rowid;

-- Work list: rows leave it when the item came in.
create table report_notice_waiting (
    notice_id text not null,
    position bigint not null,
    asked text not null,
    primary key (notice_id, position)
) without rowid;
create index report_notice_waiting_asked on report_notice_waiting (asked);

alter table report add column notice_id text;
alter table report add column position bigint;
create index report_of_notice on report (notice_id, position) where notice_id is not null;

-- A person held that a report was manifestly unfounded; what follows from many of them.
create table unfounded (
    report_id text primary key,
    by_whom text not null,
    at bigint not null,
    why text not null
) without rowid;

create table reporter_measure (
    seq integer primary key,
    reporter text not null,
    -- warning, suspension
    what text not null,
    by_whom text not null,
    at bigint not null,
    until_at bigint,
    why text not null,
    -- how many notices, how many of them unfounded, in the window looked at
    notices bigint not null,
    unfounded bigint not null
);
create index reporter_measure_of on reporter_measure (reporter, seq);

-- When the reporter first saw a warning, on the page of a notice of theirs.
create table reporter_seen (
    measure_seq integer primary key,
    at bigint not null
);
