//! How ssh would go to other machines: what it says itself of the roster's hosts, and what its configuration says of all names.

use std::{
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
};

use super::{Asked, SMALL};
use crate::{
    adapter::exec::{Argv, Exec, FileError},
    fleet::{
        doctor::{
            facts::Ssh,
            ssh::{Condition, Setting, fits, settings},
        },
        reading::Reading,
    },
};

/// ssh itself follows `Include` no deeper.
const DEEPEST: usize = 16;
/// More files than anybody includes, all together: one that includes itself twice would be without end.
const MOST_FILES: usize = 200;

impl Asked<'_> {
    /// How ssh would go to the roster's other hosts: whether it shares connections, and the path as it is written in these
    /// settings.
    pub(super) async fn ssh(&self, settings: &Reading<Vec<Setting>>) -> Vec<Ssh> {
        let mut hosts: Vec<&String> =
            self.roster.iter().flat_map(|it| &it.agents).filter_map(|it| it.ssh.as_ref()).collect();
        hosts.sort();
        hosts.dedup();
        // An address that begins with a dash would be an option.
        hosts.retain(|host| !host.starts_with('-'));
        let mut all = Vec::new();
        for host in hosts {
            let said = self.prints(&Argv::new(["ssh", "-G", "--", host])).await;
            let control_path = match said {
                Ok(text) => control_path(&text, settings),
                Err(why) => Reading::unknown(why),
            };
            all.push(Ssh { host: host.clone(), control_path });
        }
        all
    }

    /// Every line of the user's and the machine's configuration, in the order in which ssh reads them.
    pub(super) async fn ssh_settings(&self) -> Reading<Vec<Setting>> {
        Walk { exec: self.exec(), home: self.home, left: MOST_FILES }.settings().await
    }
}

/// A walk through a configuration and all that it includes.
struct Walk<'a> {
    exec: &'a dyn Exec,
    home: &'a str,
    /// How many files may be looked for yet.
    left: usize,
}

impl Walk<'_> {
    async fn settings(mut self) -> Reading<Vec<Setting>> {
        let user = PathBuf::from(self.home).join(".ssh");
        let mut all = Vec::new();
        for (base, name) in [(user, "config"), (PathBuf::from("/etc/ssh"), "ssh_config")] {
            match self.inlined(base.join(name), base, Vec::new(), 0).await {
                Ok(settings) => all.extend(settings),
                Err(error) => return Reading::unknown(error.to_string()),
            }
        }
        Reading::Known(all)
    }

    /// The lines of a file with those of the files that it includes in their place.
    fn inlined(&mut self, file: PathBuf, base: PathBuf, outer: Vec<Condition>, depth: usize) -> Lines<'_> {
        Box::pin(async move {
            self.spend(&file)?;
            let text = match self.exec.read(vec![file], SMALL).await.pop() {
                Some(Ok(content)) => String::from_utf8_lossy(&content.bytes).into_owned(),
                None | Some(Err(FileError::Missing(_))) => return Ok(Vec::new()),
                Some(Err(error)) => return Err(error),
            };
            let mut all = Vec::new();
            for setting in settings(&text, &outer) {
                if setting.key != "include" {
                    all.push(setting);
                } else if depth < DEEPEST {
                    for file in self.included(&setting.value, &base).await? {
                        all.extend(self.inlined(file, base.clone(), setting.conditions.clone(), depth + 1).await?);
                    }
                }
            }
            Ok(all)
        })
    }

    /// The files of an `Include`, in the order of their names. Patterns are followed in the last part of a path only.
    async fn included(&mut self, value: &str, base: &Path) -> Result<Vec<PathBuf>, FileError> {
        let mut files = Vec::new();
        for word in value.split_whitespace() {
            let path = word.strip_prefix("~/").map_or_else(|| base.join(word), |rest| Path::new(self.home).join(rest));
            let (Some(directory), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
                continue;
            };
            if !name.contains(['*', '?']) {
                files.push(path);
                continue;
            }
            self.spend(directory)?;
            let listed = self.exec.list(vec![directory.to_owned()], MOST_FILES).await.pop().and_then(Result::ok);
            let mut found: Vec<String> = listed.unwrap_or_default().into_iter().map(|entry| entry.name).collect();
            found.retain(|entry| !entry.starts_with('.') && fits(name, entry));
            found.sort();
            files.extend(found.into_iter().map(|entry| directory.join(entry)));
        }
        Ok(files)
    }

    /// One file less that may be looked for.
    fn spend(&mut self, path: &Path) -> Result<(), FileError> {
        let why = || format!("ssh's configuration includes more than {MOST_FILES} files");
        let left = self.left.checked_sub(1);
        self.left = left.ok_or_else(|| FileError::Failed { path: path.to_owned(), why: why() })?;
        Ok(())
    }
}

/// What reading a file and all that it includes gives.
type Lines<'a> = Pin<Box<dyn Future<Output = Result<Vec<Setting>, FileError>> + Send + 'a>>;

/// `ssh -G` tells the path with everything filled in, so the path as it is written is looked for in the settings.
fn control_path(told: &str, settings: &Reading<Vec<Setting>>) -> Reading<Option<String>> {
    let value = |key: &str| told.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
    let filled = value("controlpath").filter(|path| *path != "none");
    let shares = value("controlmaster").is_some_and(|word| word != "false" && word != "no");
    let Some(filled) = filled.filter(|_| shares) else { return Reading::Known(None) };
    let settings = match settings {
        Reading::Known(settings) => settings,
        Reading::Unknown(why) => return Reading::Unknown(why.clone()),
    };
    match settings.iter().find(|it| it.key == "controlpath" && becomes(&it.value, filled)) {
        Some(written) => Reading::Known(Some(written.value.clone())),
        None => Reading::unknown(format!("it shares connections at {filled}, and where that is written was not found")),
    }
}

/// Whether a path is what a written one becomes: a `%` with its letter stands for anything, and so does `~`, which ssh
/// takes from the user data base.
fn becomes(written: &str, path: &str) -> bool {
    let mut parts: Vec<String> = vec![String::new()];
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match (c, parts.last_mut()) {
            ('%' | '~', _) => {
                if c == '%' {
                    chars.next();
                }
                parts.push(String::new());
            }
            (c, Some(last)) => last.push(c),
            (_, None) => {}
        }
    }
    let Some(mut rest) = path.strip_prefix(parts[0].as_str()) else { return false };
    for part in &parts[1..] {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    parts.len() > 1 || rest.is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    #![allow(clippy::disallowed_methods, reason = "a test makes the files that it reads")]
    use super::*;
    use crate::adapter::exec::Local;

    #[test]
    fn a_written_path_is_found_again_in_what_ssh_makes_of_it() {
        assert!(becomes("~/.ssh/cm-%C", "/h/u/.ssh/cm-0af3"));
        assert!(becomes("~/.ssh/cm-%n-%C", "/h/u/.ssh/cm-box-0af3"));
        assert!(becomes("/tmp/%r@%h:%p", "/tmp/dev@10.0.0.1:22"));
        assert!(!becomes("~/.ssh/cm-%n-%C", "/h/u/.ssh/other-0af3"));
        assert!(!becomes("/tmp/one", "/tmp/other"));
    }

    fn walked(home: &str) -> Reading<Vec<Setting>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Walk { exec: &Local::new(), home, left: MOST_FILES }.settings())
    }

    #[test]
    fn every_way_to_write_a_control_path_is_read_also_in_an_included_file() {
        let machine = tempfile::tempdir().unwrap();
        let home = machine.path().to_str().unwrap();
        let write = |name: &str, text: &str| std::fs::write(machine.path().join(".ssh").join(name), text).unwrap();
        std::fs::create_dir(machine.path().join(".ssh")).unwrap();
        write("config", "Host a\n  ControlPath ~/a-%C\nInclude more\n");
        write("more", "Host b\ncontrolpath=\"~/b-%n\"\n# ControlPath ~/c-%C\n");
        let settings = walked(home);
        let found = |path: &str| control_path(&format!("controlmaster auto\ncontrolpath {path}\n"), &settings);
        assert_eq!(found("/h/u/a-0af3"), Reading::Known(Some("~/a-%C".to_owned())));
        assert_eq!(found("/h/u/b-box"), Reading::Known(Some("~/b-%n".to_owned())));
        assert!(matches!(found("/h/u/c-0af3"), Reading::Unknown(_)), "a comment is no setting");
        assert_eq!(control_path("controlmaster false\ncontrolpath /x\n", &settings), Reading::Known(None));
        // One that includes itself twice ends in words, soon.
        write("more", "Include more\nInclude more m?re\n");
        let Reading::Unknown(why) = walked(home) else { panic!("it is without end") };
        assert!(why.to_string().contains("includes more than 200 files"), "{why}");
    }
}
