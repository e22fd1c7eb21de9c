-- What people attach to a case. The row says what it is and who supplied it; the bytes stand apart, so that
-- lists do not read them, and go first when something is erased.
create table evidence (
    seq integer primary key,
    id text not null,
    case_id text not null,
    -- document, link, fact_check, photograph
    kind text not null,
    title text not null,
    link text,
    retrieved_at bigint,
    file_name text,
    media_type text not null,
    size bigint not null,
    sha256 text not null,
    supplied_by text not null,
    supplied_at bigint not null
);
create unique index evidence_id on evidence (id);
create index evidence_case on evidence (case_id, seq);

create table evidence_bytes (
    evidence_seq integer primary key references evidence (seq),
    bytes bytea not null
);
