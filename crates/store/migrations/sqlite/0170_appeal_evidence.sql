-- Evidence that comes with an appeal stands beside that of cases; `case_id` is empty there.
alter table evidence add column appeal_id text;
create index evidence_appeal on evidence (appeal_id, seq) where appeal_id is not null;
-- JSON: ids of the evidence that an answer rests on. Not in any decision: what is cited there is public.
alter table appeal_answer add column evidence text not null default '[]';
