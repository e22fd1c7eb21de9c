-- Ids are text, instants are microseconds since 1970 (UTC), whole values are JSON in text.
-- Rows are written once. Only the work lists `waiting` and `delivery`, and `label_state`, change:
-- the first two can be built anew from the rest.

create table event (
    seq integer primary key,
    action_id text not null,
    action_name text not null,
    happened_at bigint not null,
    data text not null,
    secret_data text,
    content bytea not null,
    received_at bigint not null,
    rulebook text not null,
    -- decided, referred, joined, nothing, failed
    became text not null,
    -- id of the decision or case, or why it failed
    became_of text
);
create unique index event_action on event (action_id);
create index event_received on event (received_at);

create table conflict (
    action_id text not null,
    content bytea not null,
    action_name text not null,
    happened_at bigint not null,
    data text not null,
    secret_data text,
    received_at bigint not null,
    primary key (action_id, content)
);

-- The snapshot itself is the event's data; these are the columns to find it by.
create table item (
    event_seq integer primary key,
    item_id text not null,
    account_id text not null,
    url text
);
create index item_by_id on item (item_id, event_seq);
create index item_by_url on item (url, event_seq) where url is not null;

create table decision (
    -- also the place of its leaf in the log: from 0, without gaps
    seq integer primary key,
    id text not null,
    event_seq bigint not null,
    account_id text not null,
    case_id text,
    decided_at bigint not null,
    breach bigint not null,
    clause text,
    automated bigint not null,
    rulebook text not null,
    replaces text,
    -- warning or strike, where the ladder's step gives one
    weight text,
    ladder text,
    step bigint,
    expires_at bigint,
    body text not null
);
create unique index decision_id on decision (id);
create index decision_event on decision (event_seq);
create index decision_time on decision (decided_at, breach, automated, clause);
create index decision_clause on decision (clause, seq) where clause is not null;
create index decision_standing on decision (account_id) where weight is not null;
create unique index decision_replaces on decision (replaces) where replaces is not null;
create unique index decision_case on decision (case_id)
    where case_id is not null and replaces is null;

create table statement (
    decision_seq integer primary key,
    body text not null,
    -- clause and facts in lower case: what the public may search
    public_text text not null,
    regulator text
);

create table finding (
    decision_seq bigint not null,
    position bigint not null,
    clause text not null,
    found_by text not null,
    primary key (decision_seq, position)
) without rowid;

create table measure (
    decision_seq bigint not null,
    position bigint not null,
    word text not null,
    until_at bigint,
    primary key (decision_seq, position)
) without rowid;
create index measure_word on measure (word, decision_seq);

create table leaf (
    seq integer primary key,
    bytes bytea not null,
    hash bytea not null
);

create table opening (
    decision_seq bigint not null,
    field text not null,
    salt bytea not null,
    value text not null,
    primary key (decision_seq, field)
) without rowid;

create table outbox (
    decision_seq integer primary key,
    created_at bigint not null,
    body text not null
);

-- Work list: rows leave it when the platform says that it enforced the decision.
create table delivery (
    decision_seq integer primary key,
    account_id text not null,
    attempts bigint not null,
    -- null once delivered or given up
    next_at bigint
);
-- Decisions about one account go out in their order.
create index delivery_account on delivery (account_id, decision_seq) where next_at is not null;
create index delivery_next on delivery (next_at) where next_at is not null;

create table attempt (
    decision_seq bigint not null,
    number bigint not null,
    at bigint not null,
    -- delivered, failed, gave_up, revived
    ended text not null,
    why text,
    primary key (decision_seq, number)
) without rowid;
create index attempt_gave_up on attempt (decision_seq) where ended = 'gave_up';

create table receipt (
    decision_seq bigint not null,
    state text not null,
    at bigint not null,
    detail text,
    received_at bigint not null,
    primary key (decision_seq, state, at)
) without rowid;

create table casefile (
    seq integer primary key,
    id text not null,
    event_seq bigint not null,
    item_id text not null,
    queue text not null,
    priority bigint not null,
    opened_at bigint not null,
    body text not null
);
create unique index casefile_id on casefile (id);

create table case_finding (
    case_id text not null,
    event_seq bigint not null,
    position bigint not null,
    body text not null,
    primary key (case_id, event_seq, position)
) without rowid;

-- Work list: rows leave it when the case is decided.
create table waiting (
    case_seq integer primary key,
    case_id text not null,
    item_id text not null,
    queue text not null,
    priority bigint not null
);
create unique index waiting_case on waiting (case_id);
create index waiting_item on waiting (item_id);
create index waiting_urgent on waiting (priority, case_seq);

create table report (
    id text primary key,
    case_id text not null,
    item_id text not null,
    clause text,
    reason text not null,
    reporter text,
    received_at bigint not null
) without rowid;
create index report_case on report (case_id, received_at);

create table proposal (
    seq integer primary key,
    case_id text not null,
    proposed_by text not null,
    verdict text not null,
    why text not null,
    proposed_at bigint not null
);
create index proposal_case on proposal (case_id, seq);

create table label_state (
    kind text not null,
    entity_id text not null,
    name text not null,
    is_set bigint not null,
    at bigint not null,
    expires_at bigint,
    reason text not null,
    primary key (kind, entity_id, name)
) without rowid;

create table rulebook (
    version text primary key,
    files text not null
);

create table adoption (
    seq integer primary key,
    version text not null references rulebook (version),
    adopted_at bigint not null
);

create table api_key (
    id text primary key,
    digest bytea not null,
    scopes text not null,
    pseudonym text,
    created_at bigint not null
) without rowid;
create unique index api_key_digest on api_key (digest);

create table api_key_end (
    id text primary key references api_key (id),
    revoked_at bigint not null
) without rowid;
