-- The newest checkpoint of our own log that enough witnesses cosigned; one row.
create table cosigned (
    one integer primary key check (one = 1),
    size text not null,
    -- the note with all signatures
    checkpoint text not null,
    collected_at bigint not null
);
