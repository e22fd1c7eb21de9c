-- Many cases decided at once: the list that was looked at before, who said yes, and what became of each.
create table bulk (
    id text primary key,
    made_by text not null,
    made_at bigint not null,
    -- the search from which the list was taken
    query text not null,
    -- JSON, as a person's verdict on one case
    verdict text not null,
    size bigint not null,
    needs_second bigint not null
) without rowid;
create index bulk_made on bulk (made_at);

create table bulk_case (
    bulk_id text not null,
    position bigint not null,
    case_id text not null,
    primary key (bulk_id, position)
) without rowid;

create table bulk_act (
    seq integer primary key,
    bulk_id text not null,
    -- confirmed, approved, stopped, undone
    did text not null,
    by_whom text not null,
    at bigint not null,
    said text
);
create unique index bulk_act_once on bulk_act (bulk_id, did);

create table bulk_result (
    bulk_id text not null,
    -- run, undo
    phase text not null,
    position bigint not null,
    -- decided, left, replaced, reopened
    became text not null,
    at bigint not null,
    decision text,
    why text,
    primary key (bulk_id, phase, position)
) without rowid;

-- Work list: what is under way.
create table bulk_work (
    bulk_id text not null,
    phase text not null,
    primary key (bulk_id, phase)
) without rowid;
