-- Measures that end by themselves: what still runs, and that they ended.

create table ending (
    -- place of the leaf that says so, and of the message to the platform in the outbox
    leaf_seq integer primary key,
    id text not null,
    decision_seq bigint not null,
    position bigint not null,
    ended_at bigint not null,
    recorded_at bigint not null
);
create unique index ending_id on ending (id);
create unique index ending_measure on ending (decision_seq, position);

-- Work list: rows leave it when the measure ended, or its decision was replaced.
create table timed (
    decision_seq bigint not null,
    position bigint not null,
    until_at bigint not null,
    primary key (decision_seq, position)
) without rowid;
create index timed_until on timed (until_at);
insert into timed (decision_seq, position, until_at)
    select m.decision_seq, m.position, m.until_at from measure m where m.until_at is not null;
