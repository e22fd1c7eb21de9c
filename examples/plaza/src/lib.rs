//! A small social platform.
