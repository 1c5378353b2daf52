//! The binary: everything is in the library; this only hands the command line over.

use std::process::ExitCode;

fn main() -> ExitCode {
    mosaic_top::cli::main()
}
