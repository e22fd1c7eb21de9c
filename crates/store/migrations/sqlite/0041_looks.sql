-- Who looked at whose data. What is forgotten of an item or an account is forgotten here, too.
create table look (
    seq integer primary key,
    -- the pseudonym, or the name of a key
    looker text not null,
    -- case, item, account, decision, list
    kind text not null,
    subject text,
    why text,
    at bigint not null
);
create index look_at on look (at);
create index look_looker on look (looker, kind, subject, at);
create index look_subject on look (subject, kind) where subject is not null;

-- What was done about somebody's way in: links, passwords, passkeys, keys.
create table person_event (
    seq integer primary key,
    person text not null references person (id),
    what text not null,
    detail text,
    at bigint not null,
    done_by text not null
);
create index person_event_of on person_event (person, seq);

-- When a key was last used, to the minute.
create table api_key_use (
    id text primary key references api_key (id),
    used_at bigint not null
) without rowid;
