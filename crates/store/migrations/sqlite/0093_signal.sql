-- By what else than their texts items are alike: pages that they link to, pictures, checked claims. Made from the item
-- and made anew at will; an erasure deletes them.

create table signal (
    -- link: a page; picture: a PDQ fingerprint; claim: the name of a claim in the registry
    kind text not null,
    value text not null,
    event_seq bigint not null,
    primary key (kind, value, event_seq)
) without rowid;
create index signal_event on signal (event_seq, kind);

-- Of which items they were made, and how.
create table signalled (
    -- words: links and claims; pictures
    part text not null,
    event_seq bigint not null,
    made_with bigint not null,
    primary key (part, event_seq)
) without rowid;
