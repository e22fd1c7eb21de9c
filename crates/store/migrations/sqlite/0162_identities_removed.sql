-- Identities that were taken away from somebody: whoever comes with one is nobody new. They may be linked again.
create table identity_removed (
    seq integer primary key,
    issuer text not null,
    subject text not null,
    person text not null references person (id),
    at bigint not null,
    by_whom text not null
);
create index identity_removed_of on identity_removed (issuer, subject);
