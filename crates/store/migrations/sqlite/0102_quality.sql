-- Decided cases that another person looks at without seeing the first answer. A golden one has a known answer
-- and is looked at by everybody; whoever answers cannot tell which it is.
create table second_look (
    seq integer primary key,
    id text not null,
    case_id text not null,
    -- sample or golden
    kind text not null,
    -- the known answer of a golden case
    outcome text,
    clause text,
    set_by text,
    drawn_at bigint not null
);
create unique index second_look_id on second_look (id);
create unique index second_look_case on second_look (case_id, kind);

create table second_answer (
    look_id text not null,
    answered_by text not null,
    outcome text not null,
    clause text,
    answered_at bigint not null,
    primary key (look_id, answered_by)
) without rowid;
