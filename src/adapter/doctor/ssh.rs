//! How ssh would go to other machines: what it says itself of the roster's hosts, and what its configuration says of all names.

use std::{
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
};

use super::{Asked, SMALL};
use crate::{
    adapter::exec::{Argv, FileError},
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
/// More files than anybody includes.
const MOST_FILES: usize = 200;

impl Asked<'_> {
    /// How ssh would go to the roster's other hosts: whether it shares connections, and the path as it is written.
    pub(super) async fn ssh(&self) -> Vec<Ssh> {
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
                Ok(text) => self.control_path(&text).await,
                Err(why) => Reading::unknown(why),
            };
            all.push(Ssh { host: host.clone(), control_path });
        }
        all
    }

    /// `ssh -G` tells the path with everything filled in, so the path as it is written is looked for in the files.
    async fn control_path(&self, told: &str) -> Reading<Option<String>> {
        let value = |key: &str| told.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
        let filled = value("controlpath").filter(|path| *path != "none");
        let shares = value("controlmaster").is_some_and(|word| word != "false" && word != "no");
        let Some(filled) = filled.filter(|_| shares) else { return Reading::Known(None) };
        let paths = vec![PathBuf::from(self.home).join(".ssh/config"), PathBuf::from("/etc/ssh/ssh_config")];
        for content in self.exec().read(paths, SMALL).await.into_iter().flatten() {
            let text = String::from_utf8_lossy(&content.bytes).into_owned();
            if let Some(written) = control_paths(&text).find(|written| becomes(written, filled)) {
                return Reading::Known(Some(written.to_owned()));
            }
        }
        Reading::unknown(format!("it shares connections at {filled}, and where that is written was not found"))
    }

    /// Every line of the user's and the machine's configuration, in the order in which ssh reads them.
    pub(super) async fn ssh_settings(&self) -> Reading<Vec<Setting>> {
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
    fn inlined(&self, file: PathBuf, base: PathBuf, outer: Vec<Condition>, depth: usize) -> Lines<'_> {
        Box::pin(async move {
            let text = match self.exec().read(vec![file], SMALL).await.pop() {
                Some(Ok(content)) => String::from_utf8_lossy(&content.bytes).into_owned(),
                None | Some(Err(FileError::Missing(_))) => return Ok(Vec::new()),
                Some(Err(error)) => return Err(error),
            };
            let mut all = Vec::new();
            for setting in settings(&text, &outer) {
                if setting.key != "include" {
                    all.push(setting);
                    continue;
                }
                for file in self.included(&setting.value, &base).await.into_iter().filter(|_| depth < DEEPEST) {
                    all.extend(self.inlined(file, base.clone(), setting.conditions.clone(), depth + 1).await?);
                }
            }
            Ok(all)
        })
    }

    /// The files of an `Include`, in the order of their names. Patterns are followed in the last part of a path only.
    async fn included(&self, value: &str, base: &Path) -> Vec<PathBuf> {
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
            let listed = self.exec().list(vec![directory.to_owned()], MOST_FILES).await.pop().and_then(Result::ok);
            let mut found: Vec<String> = listed.unwrap_or_default().into_iter().map(|entry| entry.name).collect();
            found.retain(|entry| !entry.starts_with('.') && fits(name, entry));
            found.sort();
            files.extend(found.into_iter().map(|entry| directory.join(entry)));
        }
        files
    }
}

/// What reading a file and all that it includes gives.
type Lines<'a> = Pin<Box<dyn Future<Output = Result<Vec<Setting>, FileError>> + Send + 'a>>;

/// Every `ControlPath` that an ssh configuration writes, in its order.
fn control_paths(config: &str) -> impl Iterator<Item = &str> {
    config.lines().filter_map(|line| {
        let (key, value) = line.trim().split_once([' ', '\t', '='])?;
        key.eq_ignore_ascii_case("controlpath").then(|| value.trim_matches([' ', '\t', '=', '"']))
    })
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
    use super::*;

    #[test]
    fn a_written_path_is_found_again_in_what_ssh_makes_of_it() {
        assert!(becomes("~/.ssh/cm-%C", "/h/u/.ssh/cm-0af3"));
        assert!(becomes("~/.ssh/cm-%n-%C", "/h/u/.ssh/cm-box-0af3"));
        assert!(becomes("/tmp/%r@%h:%p", "/tmp/dev@10.0.0.1:22"));
        assert!(!becomes("~/.ssh/cm-%n-%C", "/h/u/.ssh/other-0af3"));
        assert!(!becomes("/tmp/one", "/tmp/other"));
    }

    #[test]
    fn every_way_to_write_a_control_path_is_read() {
        let config = "Host a\n  ControlPath ~/a-%C\nHost b\ncontrolpath=\"~/b-%n\"\n# ControlPath no\n";
        assert_eq!(control_paths(config).collect::<Vec<_>>(), ["~/a-%C", "~/b-%n"]);
    }
}
