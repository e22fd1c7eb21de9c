-- 1: who sent the notice wants to be told by e-mail what became of it. Taken back on the page of the notice.
alter table report_notice add column mail bigint not null default 0;
