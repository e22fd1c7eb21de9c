-- Which items stand for those that were left alone: drawn by the item's id under a key of the month, before anybody
-- looks at what was decided. A key is committed to before its month begins and published when it is over.
create table left_up_key (
    -- '2026-11', in UTC
    month text primary key,
    key blob not null,
    made_at bigint not null
) without rowid;

create table left_up (
    event_seq integer primary key,
    -- of 2^53; the item is drawn by every rate above
    draw bigint not null,
    -- with which chance items were drawn then, in millionths
    rate bigint not null
);

-- How far items were drawn.
create table left_up_mark (
    one integer primary key,
    event_seq bigint not null
);
