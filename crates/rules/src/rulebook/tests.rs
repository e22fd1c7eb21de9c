//! Loading: what is read, and what is told.
