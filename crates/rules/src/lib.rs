//! What follows from this rulebook for this event?
