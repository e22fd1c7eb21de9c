-- Who signs in by the operator's identity provider (OpenID Connect): which of its subjects is which of our people. An
-- identity that is taken away is deleted; that it was there stands in `person_event`.
create table identity (
    issuer text not null,
    -- the issuer's own name of the person, `sub`
    subject text not null,
    person text not null references person (id),
    -- how the issuer called the person at the last sign-in
    name text,
    linked_at bigint not null,
    linked_by text not null,
    used_at bigint,
    primary key (issuer, subject)
) without rowid;
create index identity_of on identity (person, linked_at);
