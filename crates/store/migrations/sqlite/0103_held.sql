-- Work list: verdicts that wait some seconds, in which whoever gave them can take them back. Nothing is decided
-- before the row leaves it.
create table held_verdict (
    case_id text primary key,
    given_by text not null,
    verdict text not null,
    given_at bigint not null,
    due_at bigint not null
) without rowid;
