-- What this server saw as a witness of other logs. Sizes are decimal texts: they may need 64 bits.
-- `witnessed` goes forward only; a log's size and root are never set back.

create table witnessed (
    origin text primary key,
    size text not null,
    root bytea not null,
    -- the note as it was cosigned
    checkpoint text not null,
    cosigned_at bigint not null
);

-- Requests that a watched log signed and that contradict what it signed before.
create table witness_evidence (
    id integer primary key,
    origin text not null,
    size text not null,
    received_at bigint not null,
    request text not null
);
create unique index witness_evidence_request on witness_evidence (origin, request);
