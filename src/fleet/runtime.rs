//! Which runtime a pane runs, told by its processes.
//!
//! `pane_current_command` lies (`node`, a version string, the shell that launched it), so every process of the pane's
//! tree on the pane's terminal is looked at. It only looks at what was gathered; it never reads `/proc` itself.

pub mod spec;
#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    facts::{PaneFacts, Process},
    reading::{Reading, Why},
};

/// The runtimes that are known without a roster.
pub const KNOWN: [&str; 6] = ["claude", "codex", "pi", "opencode", "gemini", "aider"];

/// What a pane runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognition {
    /// A runtime, and by what it was told.
    Runtime(Recognised),
    /// Nothing but a shell has the terminal: a shell where an agent should be.
    Shell(String),
    /// Some other program has the terminal.
    Other(String),
    /// It cannot be told.
    Unknown(Why),
}

/// A runtime that was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// Its name: one of [`KNOWN`], or the program that the roster declares.
    pub name: String,
    /// The process it was recognised by.
    pub pid: u32,
    /// The rule that hit.
    pub rule: Rule,
    /// The command line of that process, for people.
    pub command_line: String,
}

/// By what a runtime was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// The basename of `argv[0]`, without a login shell's `-`.
    Argv0,
    /// `comm`.
    Comm,
    /// The script of an interpreter: its basename or the package it lies in.
    Script,
    /// The package that the executable lies in.
    Exe,
    /// `pane_current_command` alone, where processes cannot be read.
    CurrentCommand,
}

impl Rule {
    /// Its stable name, as it stands in evidence.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Argv0 => "process.argv0",
            Self::Comm => "process.comm",
            Self::Script => "process.script",
            Self::Exe => "process.exe",
            Self::CurrentCommand => "tmux.pane_current_command",
        }
    }
}

/// Processes with their children: made once for all the panes of a look.
#[derive(Debug, Clone)]
pub struct Family<'a> {
    processes: &'a BTreeMap<u32, Process>,
    children: BTreeMap<u32, Vec<u32>>,
}

impl<'a> Family<'a> {
    /// Whose child each process is.
    #[must_use]
    pub fn of(processes: &'a BTreeMap<u32, Process>) -> Self {
        let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (pid, process) in processes {
            children.entry(process.ppid).or_default().push(*pid);
        }
        Self { processes, children }
    }
}

/// What a pane runs. `wanted` names what the roster declares, the preferred first: each is matched by its own name, and
/// preferred where several runtimes have the terminal (an agent that calls another runtime as a tool is still itself).
#[must_use]
pub fn recognise_pane(pane: &PaneFacts, processes: &Reading<Family<'_>>, wanted: &[String]) -> Recognition {
    if pane.dead.is_some() {
        return Recognition::Unknown(Why::new("its program has ended"));
    }
    match processes {
        Reading::Known(family) => recognise(pane.pid, family, wanted),
        Reading::Unknown(why) => by_current_command(pane, wanted, why),
    }
}

/// The process rule. First hit wins: what is wanted in the foreground, then the deepest runtime in the
/// foreground, then one that has lent the terminal to a child of its own. A runtime that was suspended or put in the
/// background does not count: keys would go to the shell.
#[must_use]
pub fn recognise(pane_pid: u32, family: &Family<'_>, wanted: &[String]) -> Recognition {
    let Some(root) = family.processes.get(&pane_pid) else {
        return Recognition::Unknown(Why::new(format!("its process {pane_pid} was gone when processes were read")));
    };
    let tree = tree(pane_pid, root.tty, family);
    let hits: Vec<(&Seen, Recognised)> =
        tree.iter().filter_map(|seen| hit(seen, wanted).map(|recognised| (seen, recognised))).collect();
    let chosen = hits.iter().filter(|(seen, _)| seen.foreground || has_foreground_below(seen.pid, &tree)).max_by_key(
        |(seen, it)| {
            let rank = wanted.iter().position(|name| *name == it.name).unwrap_or(wanted.len());
            (seen.foreground, Reverse(rank), seen.depth)
        },
    );
    if let Some((_, recognised)) = chosen {
        return Recognition::Runtime(recognised.clone());
    }
    let deepest = |shell: bool| {
        tree.iter().filter(|seen| seen.foreground && is_shell(&seen.name()) == shell).max_by_key(|seen| seen.depth)
    };
    match (deepest(false), deepest(true)) {
        (Some(other), _) => Recognition::Other(other.name()),
        (None, Some(shell)) => Recognition::Shell(shell.name()),
        (None, None) => Recognition::Unknown(Why::new("no process of its tree is in its terminal's foreground")),
    }
}

/// The name of the program that a command line starts: `exec env A=b /opt/bin/my-agent --fast` is `my-agent`, and what
/// the launcher starts is meant, not the launcher: `mosaic yolo claude` is `claude` (spec §9).
#[must_use]
pub fn program_of(command: &str) -> Option<String> {
    const PREFIXES: [&str; 7] = ["exec", "env", "command", "nice", "nohup", "mosaic", "yolo"];
    let is_prefix = |word: &&str| PREFIXES.contains(word) || word.contains('=');
    command.split_whitespace().find(|word| !is_prefix(word)).map(|word| plain_name(word.trim_matches(['\'', '"'])))
}

/// Whether a program's name is a shell's.
#[must_use]
pub fn is_shell(name: &str) -> bool {
    const SHELLS: [&str; 14] =
        ["sh", "bash", "zsh", "fish", "dash", "ash", "ksh", "mksh", "csh", "tcsh", "nu", "pwsh", "elvish", "xonsh"];
    SHELLS.contains(&name)
}

/// One process of a pane's tree on the pane's terminal.
struct Seen<'a> {
    pid: u32,
    depth: usize,
    foreground: bool,
    process: &'a Process,
}

impl Seen<'_> {
    /// What the process is called: its `argv[0]`, else its `comm`.
    fn name(&self) -> String {
        self.process.argv.first().map_or_else(|| self.process.comm.clone(), |argv0| plain_name(argv0))
    }
}

/// The processes below `root` (itself included) on that terminal, whatever the table claims about parents.
fn tree<'a>(root: u32, tty: i32, family: &Family<'a>) -> Vec<Seen<'a>> {
    let mut seen = Vec::new();
    let mut met = BTreeSet::from([root]);
    let mut wanted = vec![(root, 0)];
    while let Some((pid, depth)) = wanted.pop() {
        // Each is met once, so a table that was read while pids were reused cannot make this run for ever.
        let children = family.children.get(&pid).into_iter().flatten().filter(|child| met.insert(**child));
        wanted.extend(children.map(|child| (*child, depth + 1)));
        if let Some(process) = family.processes.get(&pid).filter(|process| process.tty == tty && !is_zombie(process)) {
            let foreground = process.pgrp == process.tpgid || process.tpgid <= 0;
            seen.push(Seen { pid, depth, foreground, process });
        }
    }
    seen
}

/// An ended process that its parent has not asked about yet: no command line, no executable.
fn is_zombie(process: &Process) -> bool {
    process.argv.is_empty() && process.exe.known().is_none()
}

/// Whether a process in the foreground descends from `pid`.
fn has_foreground_below(pid: u32, tree: &[Seen]) -> bool {
    let parent = |pid: u32| tree.iter().find(|seen| seen.pid == pid).map(|seen| seen.process.ppid);
    tree.iter().filter(|seen| seen.foreground).any(|seen| {
        let mut above = seen.process.ppid;
        for _ in 0..tree.len() {
            if above == pid {
                return true;
            }
            match parent(above) {
                Some(next) => above = next,
                None => return false,
            }
        }
        false
    })
}

/// The first rule that hits on one process.
fn hit(seen: &Seen, wanted: &[String]) -> Option<Recognised> {
    let Process { comm, argv, exe, .. } = seen.process;
    let argv0 = argv.first().map_or("", String::as_str);
    let exe = exe.known().map_or(argv0, |exe| exe.strip_suffix(" (deleted)").unwrap_or(exe));
    let title = argv0.split_whitespace().next().unwrap_or_default();
    let named = |text: &str| named(&plain_name(text), wanted);
    let (name, rule) = named(argv0)
        .or_else(|| named(title))
        .map(|name| (name, Rule::Argv0))
        .or_else(|| named(comm).map(|name| (name, Rule::Comm)))
        .or_else(|| script(exe, argv).and_then(|s| named(s).or_else(|| package(s))).map(|name| (name, Rule::Script)))
        .or_else(|| shell_script(argv).and_then(named).filter(|n| wanted.contains(n)).map(|n| (n, Rule::Script)))
        .or_else(|| package(exe).map(|name| (name, Rule::Exe)))?;
    Some(Recognised { name, pid: seen.pid, rule, command_line: argv.join(" ") })
}

/// Whether a program's name is a version: claude's installations name its file so, and `pane_current_command` says it.
#[must_use]
pub fn is_version(name: &str) -> bool {
    let mut parts = name.split('.');
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.clone().count() == 3 && parts.all(number)
}

/// A known runtime's or the wanted program's name.
fn named(name: &str, wanted: &[String]) -> Option<String> {
    (KNOWN.contains(&name) || wanted.iter().any(|it| it == name)).then(|| name.to_owned())
}

/// The script that an interpreter runs: its first argument that is no option.
fn script<'a>(exe: &str, argv: &'a [String]) -> Option<&'a str> {
    let interpreter = |path: &str| {
        let name = plain_name(path);
        matches!(name.as_str(), "node" | "nodejs" | "bun" | "deno") || name.starts_with("python")
    };
    let runs_script = interpreter(exe) || argv.first().is_some_and(|argv0| interpreter(argv0));
    argv.iter().skip(1).map(String::as_str).find(|arg| !arg.starts_with('-')).filter(|_| runs_script)
}

/// The script that a shell runs, not the text behind `-c`: only a program that the roster declares is looked for.
fn shell_script(argv: &[String]) -> Option<&str> {
    let [argv0, script, ..] = argv else { return None };
    (is_shell(&plain_name(argv0)) && !script.starts_with('-')).then_some(script)
}

/// The runtime whose package a path lies in. Whole path components only: `claude-code-notes` is nobody's package.
fn package(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let (_, directories) = parts.split_last()?;
    directories.iter().enumerate().find_map(|(at, part)| {
        let next = parts.get(at + 1).copied();
        // `claude-code` alone is also what people call a directory of their own.
        let installed = at.checked_sub(1).and_then(|above| parts.get(above));
        let installed = installed.is_some_and(|above| *above == "node_modules" || above.starts_with('@'));
        let runtime = match (*part, next) {
            ("claude-code", _) if installed => "claude",
            ("claude", Some("versions")) => "claude",
            ("@openai", Some("codex")) => "codex",
            ("opencode-ai", _) => "opencode",
            ("pi-coding-agent", _) => "pi",
            ("gemini-cli", _) => "gemini",
            ("aider-chat", _) => "aider",
            _ => return None,
        };
        Some(runtime.to_owned())
    })
}

/// A basename without a login shell's `-` and without the ending of an executable script.
fn plain_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.strip_prefix('-').unwrap_or(name);
    let endings = [".exe", ".js", ".mjs", ".cjs"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).to_owned()
}

/// Without processes: a runtime's exact name is believed, anything else may hide one.
fn by_current_command(pane: &PaneFacts, wanted: &[String], why: &Why) -> Recognition {
    let command = pane.command.as_str();
    if let Some(name) = named(command, wanted) {
        let command_line = command.to_owned();
        return Recognition::Runtime(Recognised { name, pid: pane.pid, rule: Rule::CurrentCommand, command_line });
    }
    Recognition::Unknown(Why::new(format!("{command:?} alone does not tell the runtime, and {why}")))
}
