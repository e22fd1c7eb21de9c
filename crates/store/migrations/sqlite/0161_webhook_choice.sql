-- Which messages an address gets copies of, since when: the last row holds, and without one all of them.
create table webhook_choice (
    seq integer primary key,
    webhook_id text not null,
    -- `decision.enforce`
    decisions bigint not null,
    -- `measure.ended`
    endings bigint not null,
    at bigint not null
);
create index webhook_choice_of on webhook_choice (webhook_id, seq);
