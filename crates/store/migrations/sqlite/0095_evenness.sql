-- Reports on evenness as they were published, what the operator says to pairs in them, pairs that people look at
-- blind, and pairs counted by whoever watches from night to night. None of it quotes a post or names an account:
-- posts stand here by the ids of their decisions, which are public.

create table evenness_report (
    seq integer primary key,
    id text not null,
    made_at bigint not null,
    since_at bigint not null,
    -- whether the even control of that night cried wolf; null: it had too little to tell
    control_alarmed bigint,
    body text not null,
    -- a line of JSON for each set of like cases
    sets text not null
);
create unique index evenness_report_id on evenness_report (id);

-- The latest row of a pair is what is said now.
create table pair_answer (
    seq integer primary key,
    clause text not null,
    one text not null,
    other text not null,
    said text not null,
    said_by text not null,
    said_at bigint not null
);
create index pair_answer_pair on pair_answer (one, other);

create table pair_look (
    seq integer primary key,
    one text not null,
    other text not null,
    -- whether the matching called them like cases
    alike bigint not null,
    drawn_at bigint not null
);
create unique index pair_look_pair on pair_look (one, other);

create table pair_judgement (
    look_seq bigint not null,
    judged_by text not null,
    same bigint not null,
    judged_at bigint not null,
    primary key (look_seq, judged_by)
) without rowid;

create table watched_pair (
    -- clause and two groups
    stream text not null,
    one text not null,
    other text not null,
    -- 1: the measure was against the first group's post alone; 0: against the other's; null: treated alike
    against_one bigint,
    counted_at bigint not null,
    primary key (stream, one)
) without rowid;
