//! How does anyone check that history was not rewritten?
