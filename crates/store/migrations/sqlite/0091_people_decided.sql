-- What people decided under a rulebook: asked for before every batch, so that automation heeds it.
create index decision_people on decision (rulebook, seq) where automated = 0;
