//! Whether this program may change the fleet: decided once, from the command line, the environment and the
//! configuration.
//!
//! Every source can only take the right away; none gives it back, and what cannot be understood takes it away. The
//! word alone is not the wall: `adapter` carries out changes only for who holds a licence, and an [`Access`] is the
//! one thing that such a licence may be made from. Decides nothing else, and reads no file.

use std::ffi::OsStr;

use crate::adapter::Licence;

/// The variable that makes every start read-only.
pub const VARIABLE: &str = "MOSAIC_TOP_READ_ONLY";

/// Values of a variable that mean nothing was asked for. Anything else asks, also what is no text at all.
const NOT_ASKED: [&str; 7] = ["", "0", "n", "no", "f", "false", "off"];

/// What this program may do to the fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Look and change.
    Full,
    /// Look only.
    ReadOnly {
        /// Where that comes from.
        because: Because,
    },
}

/// What made it read-only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// `--read-only` is on the command line.
    Asked,
    /// [`VARIABLE`] is set.
    Variable,
    /// The configuration says so, or might: these words.
    Configured(&'static str),
    /// One agent alone is watched: `mosaic-top watch`.
    Watching,
}

impl Because {
    /// Why a change is refused, in words that begin with what this is.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Asked => "this is read-only: it was started with --read-only",
            Self::Variable => "this is read-only: MOSAIC_TOP_READ_ONLY is set",
            Self::Configured(words) => words,
            Self::Watching => "this is read-only: watch only looks",
        }
    }
}

impl Access {
    /// What the command line and this program's environment allow.
    #[must_use]
    pub fn of(read_only: bool) -> Self {
        Self::decide(read_only, std::env::var_os(VARIABLE).as_deref())
    }

    /// The same, of values. The line is named first, because it is what the operator can see.
    #[must_use]
    pub fn decide(read_only: bool, variable: Option<&OsStr>) -> Self {
        match (read_only, variable) {
            (true, _) => Self::ReadOnly { because: Because::Asked },
            (false, Some(value)) if asks(value) => Self::ReadOnly { because: Because::Variable },
            (false, _) => Self::Full,
        }
    }

    /// The same with what the configuration says: the words with which it refuses changes, if it does.
    #[must_use]
    pub fn configured(self, refusal: Option<&'static str>) -> Self {
        match (self, refusal) {
            (Self::Full, Some(words)) => Self::ReadOnly { because: Because::Configured(words) },
            (access, _) => access,
        }
    }

    /// The same for one who only watches.
    #[must_use]
    pub fn watching(self) -> Self {
        match self {
            Self::Full => Self::ReadOnly { because: Because::Watching },
            Self::ReadOnly { .. } => self,
        }
    }

    /// Why changes are refused; `None` where they are not.
    #[must_use]
    pub fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Full => None,
            Self::ReadOnly { because } => Some(because.words()),
        }
    }

    /// The right to change the fleet: the one place that grants it.
    pub fn licence(self) -> Result<Licence, &'static str> {
        match self {
            Self::Full => Ok(Licence::granted()),
            Self::ReadOnly { because } => Err(because.words()),
        }
    }

    /// The words with which this program starts itself again no freer than it is.
    #[must_use]
    pub fn handed_down(self) -> &'static [&'static str] {
        match self {
            Self::Full => &[],
            Self::ReadOnly { .. } => &["--read-only"],
        }
    }
}

/// Whether a variable of the environment asks for what it is called after.
#[must_use]
pub fn is_asked(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| asks(&value))
}

/// Whether a value of a variable asks for it: unless it clearly says no.
fn asks(value: &OsStr) -> bool {
    value.to_str().is_none_or(|value| !NOT_ASKED.contains(&value.trim().to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[track_caller]
    fn check(read_only: bool, variable: Option<&[u8]>, wanted: Option<Because>) {
        let access = Access::decide(read_only, variable.map(OsStr::from_bytes));
        let wanted = wanted.map_or(Access::Full, |because| Access::ReadOnly { because });
        assert_eq!(access, wanted, "--read-only {read_only}, variable {variable:?}");
    }

    #[test]
    fn without_a_source_there_is_full_access() {
        check(false, None, None);
        for no in ["", "0", "no", "No", "false", "FALSE", "off", "n", "f", " 0 "] {
            check(false, Some(no.as_bytes()), None);
        }
    }

    #[test]
    fn any_other_value_is_read_only_also_one_that_nobody_understands() {
        for yes in ["1", "yes", "true", "on", "nein", "00", "-1", "💥", "0;", "false true"] {
            check(false, Some(yes.as_bytes()), Some(Because::Variable));
        }
        check(false, Some(b"\xff\xfe"), Some(Because::Variable));
    }

    #[test]
    fn no_value_of_the_variable_undoes_what_the_line_says() {
        for value in [None, Some(&b"0"[..]), Some(b"false"), Some(b""), Some(b"\xff")] {
            check(true, value, Some(Because::Asked));
        }
    }

    #[test]
    fn who_watches_is_read_only_and_keeps_the_better_reason() {
        assert_eq!(Access::Full.watching().refusal(), Some(Because::Watching.words()));
        let asked = Access::decide(true, None);
        assert_eq!(asked.watching(), asked);
        assert_eq!(Access::Full.refusal(), None);
    }

    #[test]
    fn the_configuration_takes_away_and_gives_nothing_back() {
        assert_eq!(Access::Full.configured(Some("no")).refusal(), Some("no"));
        assert_eq!(Access::Full.configured(None), Access::Full);
        let asked = Access::decide(true, None);
        assert_eq!((asked.configured(None), asked.configured(Some("no"))), (asked, asked));
    }
}
