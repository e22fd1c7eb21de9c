//! Where is it kept? The only crate that speaks SQL.
