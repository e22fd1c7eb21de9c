-- Addresses that are told what leaves: one may carry decisions out, the others get copies. What was done with an
-- address is later rows; only the work lists `webhook_head` and `webhook_delivery` change.
create table webhook (
    id text primary key,
    name text not null,
    url text not null,
    -- 1: it carries decisions out and gets what is in `delivery`; 0: it gets copies
    enforces bigint not null,
    made_at bigint not null,
    made_by text not null
) without rowid;

create table webhook_event (
    seq integer primary key,
    webhook_id text not null,
    -- disabled, enabled, gone (the receiver answered 410), removed, rotated, tested, redelivered
    what text not null,
    at bigint not null,
    by_whom text not null,
    detail text
);
create index webhook_event_of on webhook_event (webhook_id, seq);

-- A secret is not kept: it follows from the server's own key and its number. Its digest tells whether the key is
-- still the one that it was made with.
create table webhook_secret (
    webhook_id text not null,
    number bigint not null,
    digest bytea not null,
    made_at bigint not null,
    -- until when the ones before it sign, too
    before_until bigint not null,
    primary key (webhook_id, number)
) without rowid;

-- Work list: from which place on the outbox is still to be copied for it.
create table webhook_head (
    webhook_id text primary key,
    place bigint not null
) without rowid;

-- Work list: rows leave it when the address is removed.
create table webhook_delivery (
    webhook_id text not null,
    -- of the message in the outbox
    place bigint not null,
    account_id text not null,
    since bigint not null,
    attempts bigint not null,
    -- waiting, delivered, dead
    state text not null,
    -- only while it waits
    next_at bigint,
    primary key (webhook_id, place)
) without rowid;
create index webhook_delivery_next on webhook_delivery (webhook_id, next_at) where next_at is not null;
create index webhook_delivery_account on webhook_delivery (webhook_id, account_id, place) where next_at is not null;
create index webhook_delivery_dead on webhook_delivery (webhook_id) where state = 'dead';
create index webhook_delivery_place on webhook_delivery (place);

create table webhook_attempt (
    webhook_id text not null,
    place bigint not null,
    number bigint not null,
    at bigint not null,
    -- delivered, failed, gave_up
    ended text not null,
    why text,
    primary key (webhook_id, place, number)
) without rowid;
create index webhook_attempt_last on webhook_attempt (webhook_id, ended, at);
