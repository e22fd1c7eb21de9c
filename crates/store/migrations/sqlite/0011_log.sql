-- The commit point of the public log: what was signed last. One row, changed only by comparing it
-- with what it held before. Everything below `log/` can be built anew from it and from `leaf`.
create table log_head (
    id integer primary key check (id = 0),
    origin text not null,
    size bigint not null,
    root bytea not null,
    -- the signed note
    checkpoint text not null
);
