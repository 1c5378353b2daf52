//! The configuration together with what this program makes of it: its keys. Every problem of both is in one list.
//!
//! PURE. What could be understood counts at the start; once there is a good one, a bad one does not replace it.

use super::keymap::{Chord, Keymap};
use crate::{
    config::{self, Config, LEAVE, MAY_SAY_READ_ONLY, MAY_SAY_SO_FOR_NOW, Recorder, SAYS_READ_ONLY},
    fleet::yaml::Problem,
};

/// What is configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The file; `None` when there is none.
    pub path: Option<String>,
    /// What it says, as far as it could be understood.
    pub config: Config,
    /// Which keys mean what.
    pub keymap: Keymap,
    /// Everything that is wrong with it by itself, in the file's order.
    pub problems: Vec<Problem>,
    /// Why changes are refused, when that is the configuration's doing.
    pub read_only: Option<&'static str>,
    /// What is wrong with its policies by the rules that are in force, and policies that can never act. The rules come with
    /// the fleet, so this is known later than the rest, and keeps nothing from being taken up.
    pub misfits: Vec<Problem>,
    /// Whether an earlier, good one holds in its place.
    pub is_former: bool,
    /// Whether its file is there no more, and should be.
    pub is_gone: bool,
    /// Whether nothing is recorded, whatever the file says.
    pub unrecorded: bool,
}

impl Default for Settings {
    /// What holds without a file.
    fn default() -> Self {
        Self {
            path: None,
            config: Config::default(),
            keymap: Keymap::of_the_table(),
            problems: Vec::new(),
            misfits: Vec::new(),
            read_only: None,
            is_former: false,
            is_gone: false,
            unrecorded: false,
        }
    }
}

impl Settings {
    /// Reads a file's text.
    #[must_use]
    pub fn read(path: &str, text: &str) -> Self {
        let parsed = config::parse(text);
        let mut problems = parsed.problems;
        let keymap = Keymap::with(&parsed.config.keys).unwrap_or_else(|wrong| {
            problems.extend(wrong);
            Keymap::of_the_table()
        });
        if let Some((text, place)) = &parsed.config.take.leave
            && let Err(error) = text.parse::<Chord>()
        {
            problems.push(Problem::error(Some(*place), error.to_string()));
        }
        problems.sort_by_key(|problem| problem.place);
        let read_only = match (parsed.config.read_only, parsed.may_be_read_only) {
            (true, _) => Some(SAYS_READ_ONLY),
            (false, true) => Some(MAY_SAY_READ_ONLY),
            (false, false) => None,
        };
        let (path, config) = (Some(path.to_owned()), parsed.config);
        Self { path, config, keymap, problems, read_only, ..Self::default() }
    }

    /// A file that is there and cannot be read: nobody knows what it says.
    #[must_use]
    pub fn unreadable(path: &str, why: &str) -> Self {
        let problems = vec![Problem::error(None, without(path, why))];
        Self { path: Some(path.to_owned()), problems, read_only: Some(MAY_SAY_READ_ONLY), ..Self::default() }
    }

    /// A file that was named and there, and is not any more.
    #[must_use]
    pub fn gone(path: &str, why: &str) -> Self {
        let problems = vec![Problem::error(None, without(path, why)).hinted("what it said before holds on")];
        Self { path: Some(path.to_owned()), problems, is_gone: true, ..Self::default() }
    }

    /// Takes up what the file says now: all of it, or nothing but what is wrong with it.
    pub fn renew(&mut self, news: Self) {
        if news.problems.is_empty() {
            *self = Self { unrecorded: self.unrecorded, ..news };
        } else {
            (self.path, self.problems, self.is_former) = (news.path, news.problems, true);
            // What is told of the file's policies is told of those that stand there now.
            self.config.prompts.written = news.config.prompts.written;
            // One that cannot be understood may say so, for as long as it cannot; one that is gone tells nothing new.
            if !news.is_gone {
                let may = news.read_only == Some(MAY_SAY_READ_ONLY);
                self.read_only = if may { Some(MAY_SAY_SO_FOR_NOW) } else { news.read_only };
            }
        }
    }

    /// Everything that is wrong with it, in the file's order.
    #[must_use]
    pub fn all_problems(&self) -> Vec<&Problem> {
        let mut all: Vec<&Problem> = self.problems.iter().chain(&self.misfits).collect();
        all.sort_by_key(|problem| problem.place);
        all
    }

    /// The chord that leaves what was taken over; the usual one where the configured one is none.
    #[must_use]
    pub fn leave(&self) -> Option<Chord> {
        let asked = self.config.take.leave.as_ref().and_then(|(text, _)| text.parse().ok());
        asked.or_else(|| LEAVE.parse().ok())
    }

    /// What is recorded of the mirrors, if anything is.
    #[must_use]
    pub fn recorder(&self) -> Option<Recorder> {
        Some(self.config.recorder).filter(|recorder| recorder.on && !self.unrecorded)
    }

    /// The file's name as it is said in passing.
    #[must_use]
    pub fn name(&self) -> &str {
        let path = self.path.as_deref().unwrap_or("mosaic-top.yaml");
        path.rsplit('/').next().unwrap_or(path)
    }
}

/// What is wrong with a file, without its name: that stands before every problem.
fn without<'a>(path: &str, why: &'a str) -> &'a str {
    why.strip_prefix(path).map_or(why, |rest| rest.trim_start_matches([':', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_of_the_file_and_of_its_keys_are_one_list() {
        let settings = Settings::read("c", "keys: {qiut: x}\nthme: dark\ntake: {leave: Hyper-x}\n");
        let places: Vec<_> = settings.problems.iter().filter_map(|p| p.place.map(|at| (at.line, at.column))).collect();
        assert_eq!(places, [(1, 8), (2, 1), (3, 15)]);
        assert_eq!(settings.leave(), LEAVE.parse().ok());
    }

    #[test]
    fn a_bad_edit_keeps_the_last_good_one_and_a_good_one_replaces_it() {
        let mut settings = Settings::read("c", "mouse: false\nkeys: {quit: x}\n");
        settings.renew(Settings::read("c", "mouse: true\ntheme: drak\n"));
        assert!(!settings.config.mouse && settings.is_former && settings.problems.len() == 1);
        settings.renew(Settings::read("c", "theme: dark\n"));
        assert!(settings.config.mouse && !settings.is_former && settings.problems.is_empty());
    }

    #[test]
    fn a_problem_of_the_whole_file_names_it_once() {
        let gone = Settings::gone("/c.yaml", "/c.yaml does not exist");
        assert!(gone.problems[0].show("/c.yaml").starts_with("/c.yaml: does not exist. Hint"), "{:?}", gone.problems);
        let unreadable = Settings::unreadable("/c.yaml", "/c.yaml is not UTF-8 text");
        assert_eq!(unreadable.problems[0].show("/c.yaml"), "/c.yaml: is not UTF-8 text");
    }

    #[test]
    fn what_was_not_to_be_recorded_is_not_after_an_edit_either() {
        let mut settings = Settings { unrecorded: true, ..Settings::default() };
        settings.renew(Settings::read("c", "recorder: {on: true}\n"));
        assert_eq!((settings.recorder(), Settings::default().recorder().is_some()), (None, true));
    }

    #[test]
    fn what_might_say_read_only_does_for_as_long_as_it_might() {
        let mut settings = Settings::default();
        settings.renew(Settings::read("c", "read_only: perhaps\n"));
        assert_eq!(settings.read_only, Some(MAY_SAY_SO_FOR_NOW));
        settings.renew(Settings::gone("c", "c does not exist"));
        assert_eq!(settings.read_only, Some(MAY_SAY_SO_FOR_NOW), "what is gone tells nothing");
        settings.renew(Settings::read("c", "thme: dark\n"));
        assert_eq!(settings.read_only, None, "wrong, but it is understood that it does not say so");
        assert_eq!(Settings::unreadable("c", "denied").read_only, Some(MAY_SAY_READ_ONLY));
        assert_eq!(Settings::read("c", "read_only: true\nthme: a\n").read_only, Some(SAYS_READ_ONLY));
    }
}
