-- What was erased, without saying whose it was: enough to erase it again from an older copy.
create table erasure (
    -- the place of its leaf in the log
    leaf_seq integer primary key,
    -- decision, item, account
    scope text not null,
    erased_at bigint not null,
    -- JSON: [[event's seq, received_at], ...]
    events text not null
);
