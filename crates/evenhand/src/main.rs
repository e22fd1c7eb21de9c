//! How is it started, set up and looked after?
fn main() {}
