-- Passkeys by which people sign in (Web Authentication): public keys alone, nothing secret. A passkey that is taken away is
-- deleted; that it was there stands in `person_event`.
create table passkey (
    -- the credential's id, as the authenticator drew it
    id bytea primary key,
    person text not null references person (id),
    -- how the person calls it
    name text not null,
    -- public key and what else never changes
    fixed bytea not null,
    -- counter and flags, as of the last use
    changing bytea not null,
    made_at bigint not null,
    used_at bigint
) without rowid;
create index passkey_of on passkey (person, made_at);
