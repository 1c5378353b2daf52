//! The binary: parses the command line, runs one verb, prints the error.

fn main() {}
