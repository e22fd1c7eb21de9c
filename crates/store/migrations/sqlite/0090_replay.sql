-- Reports of replays that somebody saw: numbers without a word on a person, as they are published when the draft
-- comes into force. Written once.

create table replay (
    -- SHA-256 of `report`, byte by byte
    digest text primary key,
    draft text not null,
    in_force text not null,
    made_at bigint not null,
    -- a pseudonym
    seen_by text not null,
    report text not null
) without rowid;
create index replay_draft on replay (draft, made_at);
