-- The register of affiliations. Rows are only added: an entry takes the place of the one before about the same.
create table affiliation (
    seq integer primary key,
    id text not null,
    -- account or domain
    about text not null,
    subject text not null,
    kind text not null,
    -- name, country and subject in lower case, to search in
    words text not null,
    -- the whole entry as JSON
    body text not null,
    entered_by text not null,
    entered_at bigint not null,
    until_at bigint
);
create unique index affiliation_id on affiliation (id);
create index affiliation_subject on affiliation (about, subject, seq);
create index affiliation_until on affiliation (until_at) where until_at is not null;

create table affiliation_end (
    affiliation_seq integer primary key,
    at bigint not null,
    ended_by text not null,
    reason text not null
);

-- What somebody outside says is wrong with the register.
create table correction (
    seq integer primary key,
    id text not null,
    subject text not null,
    said text not null,
    source text not null,
    received_at bigint not null
);
create unique index correction_id on correction (id);

create table correction_answer (
    correction_seq integer primary key,
    -- corrected or declined
    outcome text not null,
    reason text not null,
    answered_by text not null,
    answered_at bigint not null
);
