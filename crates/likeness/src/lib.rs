//! Which cases are alike, and are they treated alike?
