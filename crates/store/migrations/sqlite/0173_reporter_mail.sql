-- Whether somebody wants letters about their reports: nobody knows whose an address is that a form names. It is asked
-- once by a letter, and nothing else is sent before it is confirmed. The latest row counts.
create table reporter_mail (
    seq integer primary key,
    -- as in `report`: the digest of the address
    reporter text not null,
    -- asked, confirmed, ended
    did text not null,
    at bigint not null
);
create index reporter_mail_reporter on reporter_mail (reporter, seq);

-- The links in these letters, by the digest of their token: they say yes or no for one address, and nothing else.
create table reporter_mail_link (
    digest bytea primary key,
    reporter text not null,
    made_at bigint not null
);
create index reporter_mail_link_reporter on reporter_mail_link (reporter);
