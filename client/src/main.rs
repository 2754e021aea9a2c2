//! The chinwag terminal programs.
fn main() {}
