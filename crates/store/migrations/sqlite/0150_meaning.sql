-- What decided items mean, as vectors of a model that the operator gave. Made from the item's text and made anew at will; an
-- erasure deletes them.

create table meaning (
    event_seq integer primary key,
    -- which model and which interchangeable names it was made with
    made_with bigint not null,
    -- a byte for each dimension; empty for a text without words
    vector blob not null
);
