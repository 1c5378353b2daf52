//! tmux command lines as data. Building one runs nothing.

pub mod capture;
pub mod history;
pub mod query;

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    path::PathBuf,
};

use super::exec::Argv;
use crate::fleet::ids::Socket;

/// How this user's tmux is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tmux {
    /// Where the sockets are, when not where the environment says (`TMUX_TMPDIR`): for the demo and for tests.
    pub tmpdir: Option<PathBuf>,
}

impl Tmux {
    /// `tmux -u [-L name] words…`.
    ///
    /// `-u`, because under a user manager or ssh there is often no UTF-8 locale and tmux would print `_` for every
    /// other character; never `LC_ALL`, which a session started from here would inherit. `TMUX` is removed, so that
    /// the default socket means the user's default server also when this program runs inside another one.
    pub fn argv<S: Into<String>>(&self, socket: &Socket, words: impl IntoIterator<Item = S>) -> Argv {
        let mut line = vec!["tmux".to_owned(), "-u".to_owned()];
        if let Socket::Named(name) = socket {
            line.extend(["-L".to_owned(), name.clone()]);
        }
        line.extend(words.into_iter().map(Into::into));
        let argv = Argv::new(line).without("TMUX").without("TMUX_PANE");
        match &self.tmpdir {
            Some(dir) => argv.with("TMUX_TMPDIR", dir.to_string_lossy()),
            None => argv,
        }
    }
}

/// A word that nobody can have guessed: no pane can have printed the line that separates two answers.
pub(in crate::adapter) fn unguessable() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_socket_has_no_name_and_forgets_the_tmux_it_runs_in() {
        let argv = Tmux::default().argv(&Socket::Default, ["list-panes", "-a"]);
        assert_eq!(argv.to_string(), "tmux -u list-panes -a");
        assert_eq!(argv.env.get("TMUX"), Some(&None));
        assert_eq!(argv.env.get("LC_ALL"), None);
    }

    #[test]
    fn a_named_socket_is_named() {
        let argv = Tmux { tmpdir: Some("/x".into()) }.argv(&Socket::Named("f".into()), ["kill-server"]);
        assert_eq!(argv.to_string(), "tmux -u -L f kill-server");
        assert_eq!(argv.env.get("TMUX_TMPDIR"), Some(&Some("/x".to_owned())));
    }
}
