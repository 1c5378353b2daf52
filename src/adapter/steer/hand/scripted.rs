//! A machine of replies that can also be changed: for time-outs, refusals and servers that go away.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Hand, Held,
    client::{Client, StandBy},
};
use crate::{
    adapter::exec::{Answer, Argv, Exec, ExecError, FileError, Output, scripted::Scripted},
    screen::Size,
};

impl Hand for Scripted {
    fn change<'a>(&'a self, argv: &'a Argv, _stdin: Vec<u8>, limit: Duration) -> Answer<'a, Result<Output, ExecError>> {
        self.run(argv, limit)
    }

    fn leave(&self, argv: &Argv) {
        self.note(argv);
    }

    fn attach(&self, argv: &Argv, _size: Option<Size>) -> Result<Client, ExecError> {
        Err(ExecError::Failed { program: argv.program().to_owned(), why: "a script has no terminal".to_owned() })
    }

    fn stand_by(&self, argv: &Argv) -> Result<StandBy, ExecError> {
        Err(ExecError::NotInstalled { program: argv.program().to_owned() })
    }

    fn claim(&self, path: PathBuf, bytes: Vec<u8>) -> Answer<'_, Result<bool, FileError>> {
        let free = self.text(&path).is_ok_and(|text| text.is_empty());
        if free {
            self.file(path, &String::from_utf8_lossy(&bytes));
        }
        Box::pin(async move { Ok(free) })
    }

    fn write(&self, path: PathBuf, bytes: Vec<u8>) -> Answer<'_, Result<(), FileError>> {
        self.file(path, &String::from_utf8_lossy(&bytes));
        Box::pin(async { Ok(()) })
    }

    fn remove(&self, path: PathBuf) -> Answer<'_, Result<bool, FileError>> {
        let there = self.forget(&path);
        Box::pin(async move { Ok(there) })
    }

    fn hold(&self, _path: PathBuf) -> Answer<'_, Result<Option<Held>, FileError>> {
        if self.hangs() {
            return Box::pin(std::future::pending());
        }
        Box::pin(async { Ok(Some(Box::new(()) as Held)) })
    }

    fn append(&self, path: PathBuf, line: Vec<u8>, most: u64) -> Answer<'_, Result<(), FileError>> {
        if self.hangs() {
            return Box::pin(std::future::pending());
        }
        let done = self.append_now(&path, &line, most);
        Box::pin(async { done })
    }

    fn append_now(&self, path: &Path, line: &[u8], _most: u64) -> Result<(), FileError> {
        let text = self.text(path)? + &String::from_utf8_lossy(line);
        self.file(path, &text);
        Ok(())
    }
}
