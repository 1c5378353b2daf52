//! Programs that only write down how they were called, and then are the real ones: what was really asked of tmux and
//! systemd, and that nothing else was started.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

/// After each word of a call, and before each call: bytes that stand in no command line.
const UNIT: char = '\u{1f}';
const RECORD: char = '\u{1e}';

/// A directory to put first on PATH, and the calls of what is in it.
pub struct Recorder {
    dir: tempfile::TempDir,
}

impl Recorder {
    /// Listens to these programs. One that the machine does not have, or that is not to be run, only records.
    pub fn of(real: &[&str], only_recorded: &[&str]) -> Self {
        let recorder = Self { dir: tempfile::Builder::new().prefix("mr").tempdir_in("/tmp").unwrap() };
        fs::create_dir(recorder.path()).unwrap();
        fs::write(recorder.log(), "").unwrap();
        for program in real {
            recorder.program(program, found(program));
        }
        for program in only_recorded {
            recorder.program(program, None);
        }
        recorder
    }

    /// The directory for PATH.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("bin")
    }

    /// Every call so far: the program and its words.
    pub fn calls(&self) -> Vec<Vec<String>> {
        let text = String::from_utf8_lossy(&fs::read(self.log()).unwrap()).into_owned();
        let words = |call: &str| call.split_terminator(UNIT).map(str::to_owned).collect();
        text.split(RECORD).skip(1).map(words).collect()
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("calls")
    }

    fn program(&self, name: &str, real: Option<PathBuf>) {
        let path = self.path().join(name);
        // One write for a call, so that calls at the same time stay whole.
        let record = format!("printf '%s{UNIT}' '{RECORD}{name}' \"$@\" >>{}", self.log().display());
        let then = real.map_or_else(|| "exit 1".to_owned(), |real| format!("exec {} \"$@\"", real.display()));
        fs::write(&path, format!("#!/bin/sh\n{record}\n{then}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn found(program: &str) -> Option<PathBuf> {
    let output = Command::new("sh").args(["-c", "command -v \"$0\"", program]).output().unwrap();
    let path = String::from_utf8(output.stdout).unwrap();
    Some(path.trim()).filter(|path| Path::new(path).is_absolute()).map(PathBuf::from)
}
