//! Whether the programs of a launch are there: a pane whose first program is not found ends with status 127, and where
//! nothing keeps it (`remain-on-exit`) nobody ever reads why. It only looks.

use std::path::{Path, PathBuf};

use crate::{
    adapter::exec::{Exec, FileError},
    fleet::{order::launch::Launch, text::visible},
};

/// Where a launch from here looks for programs: the PATH of this program is baked into it (spec §9).
pub(in crate::adapter) fn path() -> String {
    std::env::var("PATH").unwrap_or_default()
}

/// The first word of a launch that no directory of the path holds, in words; `None` where it is there, or where the
/// command is more than a plain program and its arguments.
pub(super) async fn missing(exec: &dyn Exec, launch: &Launch, path: &str) -> Option<String> {
    let program = launch.launcher()?;
    if is_there(exec, program, path).await {
        return None;
    }
    let program = visible(program);
    let is = if program.contains('/') { "does not exist or cannot be run" } else { "is not on the PATH" };
    let path = if program.contains('/') { String::new() } else { format!(" ({})", visible(path)) };
    Some(format!("its launcher {program} {is}{path}"))
}

/// Whether a program can be run, by its path or by this PATH.
pub(in crate::adapter) async fn is_there(exec: &dyn Exec, program: &str, path: &str) -> bool {
    let places: Vec<PathBuf> = if program.contains('/') {
        vec![program.into()]
    } else {
        path.split(':').map(|directory| Path::new(directory).join(program)).collect()
    };
    // What cannot be told is not taken for missing.
    exec.survey(places).await.into_iter().any(|found| match found {
        Ok(found) => !found.directory && found.mode & 0o111 != 0,
        Err(FileError::Missing(_) | FileError::Denied(_)) => false,
        Err(_) => true,
    })
}
