-- Rulebooks that somebody tried and that are perhaps put into force later, word for word. Written once.
create table draft (
    version text primary key,
    files text not null,
    -- a pseudonym
    added_by text not null,
    added_at bigint not null
);
