//! How each runtime looks, roughly: header, composer and status line, in our own words.

use crate::screen::Size;

/// What a stub wears.
pub(super) struct Dress {
    /// The model it claims to run.
    pub(super) model: &'static str,
    /// The lines at the top of its session.
    pub(super) header: &'static [&'static str],
    /// The mark before what was asked.
    pub(super) asked: &'static str,
    /// The mark before an answer.
    pub(super) answers: &'static str,
    /// The composer's prompt.
    prompt: &'static str,
    /// The status line of a quiet agent, and of one that works.
    status: [&'static str; 2],
    /// Whether the composer lies between two rules.
    ruled: bool,
}

/// The dress of a runtime; a stranger dresses like pi, the plainest.
pub(super) fn of(runtime: &str) -> Dress {
    match runtime {
        "claude" => Dress {
            model: "opus",
            header: &[
                "\x1b[38;5;173m ▗▄▄▖  \x1b[1mclaude (demo stub)\x1b[0m",
                "\x1b[38;5;173m ▐▛▜▌\x1b[0m  opus · ~/src/app",
            ],
            asked: "\x1b[2m❯\x1b[0m ",
            answers: "\x1b[38;5;173m●\x1b[0m ",
            prompt: "❯ ",
            status: ["  ⏵⏵ permissions bypassed · ? shortcuts", "  ⏵⏵ permissions bypassed · esc stops"],
            ruled: true,
        },
        "codex" => Dress {
            model: "gpt-5.5",
            header: &["  \x1b[1m>_ codex\x1b[0m \x1b[2m(demo stub)\x1b[0m", "     \x1b[2m~/src/app\x1b[0m"],
            asked: "\x1b[1m›\x1b[0m ",
            answers: "\x1b[2m•\x1b[0m ",
            prompt: "\x1b[1m›\x1b[0m \x1b[2mDescribe a task\x1b[0m",
            status: ["  gpt-5.5 high · ~/src/app", "  gpt-5.5 high · ~/src/app · esc to stop"],
            ruled: false,
        },
        "opencode" => Dress {
            model: "sonnet",
            header: &["\x1b[1m  open\x1b[2mcode\x1b[0m  (demo stub)"],
            asked: "\x1b[34m┃\x1b[0m  ",
            answers: "   ",
            prompt: "\x1b[34m┃\x1b[0m  ",
            status: ["  Build · sonnet", "  Build · sonnet · esc stops"],
            ruled: false,
        },
        _ => Dress {
            model: "gpt-5.5:high",
            header: &[
                "\x1b[1m pi\x1b[0m \x1b[2m(demo stub)\x1b[0m",
                "\x1b[2m escape stops · / commands · ! shell\x1b[0m",
            ],
            asked: " \x1b[48;5;236m",
            answers: " ",
            prompt: " ",
            status: ["\x1b[2m~/src/app  3.2%/400k\x1b[0m", "\x1b[2m~/src/app  11.8%/400k  working\x1b[0m"],
            ruled: true,
        },
    }
}

impl Dress {
    /// The lines at the bottom of its screen.
    pub(super) fn foot(&self, size: Size, working: bool) -> Vec<String> {
        let rule = format!("\x1b[2m{}\x1b[0m", "─".repeat(size.cols.into()));
        let status = self.status[usize::from(working)].to_owned();
        if self.ruled {
            vec![rule.clone(), self.prompt.to_owned(), rule, status]
        } else {
            vec![String::new(), self.prompt.to_owned(), String::new(), status]
        }
    }
}
