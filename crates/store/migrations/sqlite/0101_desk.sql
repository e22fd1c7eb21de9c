-- What a person held of a case before they saw who posted. Written once: the first answer is the first.
create table first_answer (
    case_id text not null,
    answered_by text not null,
    -- breach or no_breach
    outcome text not null,
    clause text,
    answered_at bigint not null,
    primary key (case_id, answered_by)
) without rowid;

-- How long and at what somebody worked, for themselves only; rows of earlier days are deleted.
create table exposure_minute (
    person text not null,
    -- minutes since 1970
    minute bigint not null,
    primary key (person, minute)
) without rowid;
create table exposure_item (
    person text not null,
    case_id text not null,
    seen_at bigint not null,
    primary key (person, case_id)
) without rowid;
