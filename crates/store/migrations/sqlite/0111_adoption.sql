-- How a version came into force: by an act of people, with the replay that they had seen; null: it was read from the
-- operator's folder.
alter table adoption add column act text;
alter table adoption add column report text;
