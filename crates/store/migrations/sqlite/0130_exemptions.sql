-- Exemptions: for one item under one clause, in place of what the ladder takes. That one ended is a row of its own.
create table exemption (
    -- place of the leaf that says that it began
    leaf_seq integer primary key,
    -- of the act by which people agreed to it
    id text not null,
    item_id text not null,
    account_id text not null,
    clause text not null,
    class text not null,
    reason text not null,
    notice text not null,
    -- JSON: pseudonyms of those who agreed
    people text not null,
    from_at bigint not null,
    until_at bigint not null
);
create unique index exemption_id on exemption (id);
create index exemption_item on exemption (item_id);

create table exemption_end (
    exemption_seq integer primary key,
    -- place of the leaf that says so
    leaf_seq bigint not null,
    at bigint not null,
    -- why people ended it ahead of its time; null: its time was over
    revoked text,
    ended_by text
);

-- Decisions that were made under an exemption.
create table exempt_decision (
    decision_seq integer primary key,
    exemption_id text not null
);
create index exempt_decision_of on exempt_decision (exemption_id);

-- Who may not hear an appeal: whoever had a word in an act about what it contests.
create index act_of on act (about);
