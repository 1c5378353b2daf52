//! Questions to somebody else's SQLite data base, without disturbing its owner. It changes no byte of it.
//!
//! A data base that is being written has a log beside it (`-wal`); then it is opened for reading, with the shared
//! memory read-only as well: a reader of that kind never holds up a writer. Without a log nobody has it open, and it is
//! read as immutable: no lock, and no file beside it comes into being. Nothing is ever waited for: a data base that is
//! busy is "not known" until the next look.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, types::ValueRef};

use super::FileError;

/// A question: a statement, and what stands for `?1`, `?2` ….
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The statement: one that reads.
    pub sql: &'static str,
    /// Its parameters.
    pub with: Vec<String>,
}

/// The answer: rows of columns, as text.
pub type Rows = Vec<Vec<Option<String>>>;

/// The most rows of an answer, and bytes of a column: a data base is anybody's.
const MOST_ROWS: usize = 100;
const MOST_BYTES: i32 = 4 * 1024 * 1024;

/// Asks one question.
pub(super) fn ask(path: &Path, question: &Question) -> Result<Rows, FileError> {
    let failed = |why: String| FileError::Failed { path: path.to_owned(), why };
    let connection = open(path).map_err(|error| match error {
        Opening::File(error) => error,
        Opening::Sqlite(error) => failed(error.to_string()),
    })?;
    rows(&connection, question).map_err(|error| failed(error.to_string()))
}

enum Opening {
    File(FileError),
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Opening {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn open(path: &Path) -> Result<Connection, Opening> {
    let file = |path: &Path| std::fs::metadata(path).map_err(|error| FileError::from_io(path, &error));
    if !file(path).map_err(Opening::File)?.is_file() {
        return Err(Opening::File(FileError::NotRegular(path.to_owned())));
    }
    let log = file(&beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let how = if log { "mode=ro&readonly_shm=1" } else { "immutable=1" };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(format!("file:{}?{how}", escaped(path)), flags)?;
    connection.busy_timeout(std::time::Duration::ZERO)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_LENGTH, MOST_BYTES)?;
    Ok(connection)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The path as it stands in a URI.
fn escaped(path: &Path) -> String {
    use std::{fmt::Write, os::unix::ffi::OsStrExt};
    path.as_os_str().as_bytes().iter().fold(String::new(), |mut uri, byte| {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => uri.push(char::from(*byte)),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        uri
    })
}

fn rows(connection: &Connection, question: &Question) -> rusqlite::Result<Rows> {
    let mut statement = connection.prepare(question.sql)?;
    let columns = statement.column_count();
    let mut found = statement.query(rusqlite::params_from_iter(&question.with))?;
    let mut rows = Rows::new();
    while let Some(row) = found.next()?.filter(|_| rows.len() < MOST_ROWS) {
        rows.push((0..columns).map(|column| row.get_ref(column).ok().and_then(text)).collect());
    }
    Ok(rows)
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}
