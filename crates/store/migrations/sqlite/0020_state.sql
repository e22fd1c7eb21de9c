-- What rules keep from event to event, what an event was evaluated with, and lists that people
-- change while the engine runs. `counter` and `kept_value` change; the other two are written once.

create table counter (
    key text not null,
    window_ms bigint not null,
    -- the number of the bucket; how wide it is follows from the window
    bucket bigint not null,
    count bigint not null,
    -- milliseconds since 1970, when no window reaches it any more
    ends_at bigint not null,
    primary key (key, window_ms, bucket)
) without rowid;
create index counter_ends on counter (ends_at);

create table kept_value (
    key text primary key,
    value text not null,
    until_at bigint
) without rowid;
create index kept_value_until on kept_value (until_at) where until_at is not null;

create table event_fact (
    event_seq integer primary key,
    facts text not null
);

create table list_change (
    list text not null,
    version bigint not null,
    entry text not null,
    -- put in (1) or taken out (0)
    is_in bigint not null,
    changed_by text not null,
    why text not null,
    at bigint not null,
    primary key (list, version, entry)
) without rowid;
