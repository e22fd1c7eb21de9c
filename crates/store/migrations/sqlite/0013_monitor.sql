-- One row for each time that what the platform shows was compared with the public log. The findings are
-- those of the last time alone: they are found anew each time, and may name a person's item.

create table monitor_look (
    seq integer primary key,
    at bigint not null,
    size bigint not null,
    listed bigint not null,
    agree bigint not null,
    pending bigint not null,
    explained bigint not null,
    unlogged bigint not null,
    undone bigint not null,
    -- why the platform could not be asked; the counts are 0 then
    trouble text
);

create table monitor_finding (
    position integer primary key,
    -- unlogged: a measure without a leaf; undone: a leaf without a measure
    kind text not null,
    why text not null,
    measure text not null,
    decision text,
    item text,
    account text
);
