//! The binary. Its commands come with `cli`.

fn main() {}
