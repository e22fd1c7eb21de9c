-- Who works here. The row says that somebody came; what they may is in `person_role`.
create table person (
    id text primary key,
    -- of the pseudonym `reviewer N`
    number bigint not null,
    made_at bigint not null,
    made_by text not null
) without rowid;
create unique index person_number on person (number);

-- Who may what, since when, by whose word: the last row holds.
create table person_role (
    seq integer primary key,
    person text not null references person (id),
    role text not null,
    -- invited, active, suspended
    state text not null,
    at bigint not null,
    changed_by text not null
);
create index person_role_of on person_role (person, seq);

-- What a person signs in with. No history: it is changed in place, and what it was is not kept.
create table credential (
    person text primary key references person (id),
    name text not null,
    password text,
    changed_at bigint not null
) without rowid;
create unique index credential_name on credential (name);

-- Links that let one person choose a name and a password, once. They are deleted when used.
create table person_link (
    digest bytea primary key,
    person text not null references person (id),
    made_at bigint not null,
    ends_at bigint not null
) without rowid;
create index person_link_of on person_link (person);

create table person_session (
    id text primary key,
    digest bytea not null,
    person text not null references person (id),
    made_at bigint not null,
    seen_at bigint not null,
    -- when the person last proved who they are
    proved_at bigint not null,
    ends_at bigint not null,
    ended_at bigint,
    agent text not null
) without rowid;
create unique index person_session_digest on person_session (digest);
create index person_session_of on person_session (person, made_at);
