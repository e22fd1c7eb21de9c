-- Acts that one person may not do alone: what is proposed, and every word about it.
create table act (
    seq integer primary key,
    id text not null,
    class text not null,
    -- what it concerns, to find it by
    about text not null,
    body text not null,
    why text not null,
    people bigint not null,
    proposed_by text not null,
    proposed_at bigint not null
);
create unique index act_id on act (id);
create index act_about on act (class, about);

create table act_word (
    act_seq bigint not null,
    number bigint not null,
    -- approved, refused, withdrawn, broke_glass, found_right, found_wrong, revoked
    word text not null,
    said_by text not null,
    reason text not null,
    at bigint not null,
    primary key (act_seq, number)
) without rowid;
