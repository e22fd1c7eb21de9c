-- Fingerprints of items, by which those like them are found. Made from the item's text and made anew at will;
-- an erasure deletes them.

create table fingerprint (
    event_seq integer primary key,
    -- which format and which interchangeable names it was made with
    made_with bigint not null,
    -- empty for a text without words
    bands blob not null
);
