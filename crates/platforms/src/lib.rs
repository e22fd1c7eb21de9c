//! How do we talk to the outside? The only crate that calls out.
