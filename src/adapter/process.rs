//! The processes below the panes, from `/proc`. A process that goes away while it is read is left out; nothing here
//! fails as a whole, and nothing is signalled.
#![expect(clippy::disallowed_methods, reason = "reads what the machine says, for the border")]

use std::collections::BTreeMap;

use crate::fleet::{facts::Process, reading::Reading};

/// The processes at and below these pids. Blocks; costs about 0.03 ms a process.
#[cfg(target_os = "linux")]
#[must_use]
pub fn trees(roots: &[u32]) -> Reading<BTreeMap<u32, Process>> {
    if !std::path::Path::new("/proc/self/stat").exists() {
        return Reading::unknown("no /proc on this system");
    }
    Reading::Known(linux::trees(roots))
}

/// The processes at and below these pids: nobody tells here.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn trees(_roots: &[u32]) -> Reading<BTreeMap<u32, Process>> {
    Reading::unknown("no /proc on this system")
}

/// The numbers of `/proc/<pid>/stat` that matter here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// Field 2, without its parentheses.
    pub comm: String,
    /// Field 4.
    pub ppid: u32,
    /// Field 5.
    pub pgrp: i32,
    /// Field 7.
    pub tty: i32,
    /// Field 8.
    pub tpgid: i32,
    /// Field 20.
    pub threads: u32,
    /// Field 22.
    pub started_ticks: u64,
}

/// Reads a `stat` line. A program names itself as it likes, `) S 1 (` too: the name ends at the *last* parenthesis.
#[must_use]
pub fn parse_stat(line: &[u8]) -> Option<Stat> {
    let open = line.iter().position(|byte| *byte == b'(')?;
    let close = line.iter().rposition(|byte| *byte == b')')?;
    let comm = line.get(open + 1..close)?;
    let rest = std::str::from_utf8(line.get(close + 1..)?).ok()?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    // `rest` begins with field 3.
    let field = |number: usize| fields.get(number - 3).copied();
    Some(Stat {
        comm: String::from_utf8_lossy(comm).into_owned(),
        ppid: field(4)?.parse().ok()?,
        pgrp: field(5)?.parse().ok()?,
        tty: field(7)?.parse().ok()?,
        tpgid: field(8)?.parse().ok()?,
        threads: field(20)?.parse().ok()?,
        started_ticks: field(22)?.parse().ok()?,
    })
}

/// Reads a `cmdline`: NUL after each argument, and any number of them after a title that overwrote them.
#[must_use]
pub fn parse_cmdline(bytes: &[u8]) -> Vec<String> {
    let mut argv: Vec<_> =
        bytes.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    while argv.last().is_some_and(String::is_empty) {
        argv.pop();
    }
    argv
}

/// The path in the v2 line of `/proc/<pid>/cgroup`.
#[must_use]
pub fn parse_cgroup(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("0::"))
}

#[cfg(target_os = "linux")]
mod linux {
    //! Walking `/proc`.

    use std::{
        collections::BTreeMap,
        fs::{self, File},
        io::{self, Read},
        path::{Path, PathBuf},
    };

    use super::{Stat, parse_cmdline, parse_stat};
    use crate::fleet::{facts::Process, reading::Reading};

    /// More processes than any fleet has: a fork bomb in one pane must not take the dashboard with it.
    const MOST: usize = 20_000;
    /// The most that is looked at of a file: a runtime is recognised by its first words.
    const MOST_BYTES: u64 = 16 * 1024;
    /// What nearly every one of them fits into.
    const USUAL_BYTES: usize = 2 * 1024;

    pub(super) fn trees(roots: &[u32]) -> BTreeMap<u32, Process> {
        let mut found = BTreeMap::new();
        let mut scan = None;
        let mut waiting: Vec<u32> = roots.to_vec();
        while let Some(pid) = waiting.pop() {
            if found.len() >= MOST || found.contains_key(&pid) {
                continue;
            }
            if let Some((process, threads)) = read(pid) {
                found.insert(pid, process);
                waiting.extend(children(pid, threads, &mut scan));
            }
        }
        found
    }

    /// Children of every thread: `children` of the first one alone misses what another thread started. A kernel
    /// without these files gets one scan of all processes instead.
    fn children(pid: u32, threads: u32, scan: &mut Option<BTreeMap<u32, Vec<u32>>>) -> Vec<u32> {
        let mut pids = Vec::new();
        let mut told = scan.is_none();
        for task in tasks(pid, threads) {
            match slurp(&task.join("children")) {
                Ok(bytes) => pids.extend(
                    String::from_utf8_lossy(&bytes)
                        .split_ascii_whitespace()
                        .filter_map(|word| word.parse::<u32>().ok()),
                ),
                // The thread, or the whole process, may have ended meanwhile; only a missing file tells of the kernel.
                Err(_) => told &= !task.exists(),
            }
        }
        if told {
            return pids;
        }
        scan.get_or_insert_with(by_parent).get(&pid).cloned().unwrap_or_default()
    }

    /// Where its threads are. The only one of a process has the process's number, and no directory need be listed.
    fn tasks(pid: u32, threads: u32) -> Vec<PathBuf> {
        let tasks = PathBuf::from(format!("/proc/{pid}/task"));
        if threads == 1 {
            return vec![tasks.join(pid.to_string())];
        }
        fs::read_dir(tasks).into_iter().flatten().flatten().map(|task| task.path()).collect()
    }

    fn by_parent() -> BTreeMap<u32, Vec<u32>> {
        let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            if let Some(stat) = stat(pid) {
                children.entry(stat.ppid).or_default().push(pid);
            }
        }
        children
    }

    fn stat(pid: u32) -> Option<Stat> {
        parse_stat(&slurp(Path::new(&format!("/proc/{pid}/stat"))).ok()?)
    }

    /// A file's beginning. `/proc` gives every size as 0, and growing from there takes six reads for one line.
    fn slurp(path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(USUAL_BYTES);
        File::open(path)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The process, and how many threads it has.
    fn read(pid: u32) -> Option<(Process, u32)> {
        let stat = stat(pid)?;
        // A command line that cannot be read is an empty one: comm still tells something.
        let cmdline = slurp(Path::new(&format!("/proc/{pid}/cmdline"))).unwrap_or_default();
        let exe = match fs::read_link(format!("/proc/{pid}/exe")) {
            Ok(path) => Reading::Known(path.to_string_lossy().into_owned()),
            Err(error) => Reading::unknown(format!("/proc/{pid}/exe: {error}")),
        };
        let process = Process {
            ppid: stat.ppid,
            pgrp: stat.pgrp,
            tty: stat.tty,
            tpgid: stat.tpgid,
            comm: stat.comm,
            argv: parse_cmdline(&cmdline),
            exe,
            started_ticks: stat.started_ticks,
        };
        Some((process, stat.threads))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_scan_finds_the_same_children_as_the_kernel_tells() {
            let own = std::process::id();
            let parent = stat(own).map(|stat| stat.ppid).unwrap_or_default();
            assert!(by_parent().get(&parent).is_some_and(|pids| pids.contains(&own)));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const TAIL: &str = "S 7 812 812 34817 813 4194304 1 2 3 4 5 6 7 8 20 0 1 0 998877 0 0";

    #[test]
    fn a_program_that_calls_itself_by_a_parenthesis_does_not_shift_the_fields() {
        for comm in ["node", "a) S 1 1 1 1 1 (b", ")", "(", ") (", "", "tab\there", "x\ny"] {
            let stat = parse_stat(format!("42 ({comm}) {TAIL}").as_bytes()).unwrap();
            assert_eq!(stat.comm, comm);
            assert_eq!((stat.ppid, stat.pgrp, stat.tty, stat.tpgid), (7, 812, 34817, 813));
            assert_eq!((stat.threads, stat.started_ticks), (1, 998_877));
        }
    }

    #[test]
    fn a_title_over_the_arguments_leaves_one_word() {
        assert_eq!(parse_cmdline(b"pi\0\0\0\0"), ["pi"]);
        assert_eq!(parse_cmdline(b"node\0\0x.js\0"), ["node", "", "x.js"]);
        assert!(parse_cmdline(b"").is_empty());
    }

    #[test]
    fn the_second_versions_cgroup_is_taken_also_where_both_are_mounted() {
        let text = "12:pids:/old\n1:name=systemd:/old\n0::/user.slice/x.service\n";
        assert_eq!(parse_cgroup(text), Some("/user.slice/x.service"));
        assert_eq!(parse_cgroup("12:pids:/old\n"), None);
    }

    proptest! {
        #[test]
        fn no_stat_line_panics(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_stat(&line);
            let _ = parse_cmdline(&line);
        }
    }
}
