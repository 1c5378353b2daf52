//! What every agent's screen has said from look to look: each picture is read once, and two looks must agree.
//!
//! The memory behind the join. It reads pictures by the rules of [`gate`](super::gate) and judges no agent:
//! `word` weighs what is seen here with what else is known. Times are passed in.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;

use super::{
    facts::PaneFacts,
    gate::{Glance, Rules, STILL, Seen, Shown, State, Tracker},
    ids::PaneKey,
    shot::Shot,
    words::age,
};
use crate::screen::{ProgramStatus, Screen};

/// Reads screens, and remembers what they said.
#[derive(Debug, Clone)]
pub struct Sights {
    rules: Arc<Rules>,
    panes: BTreeMap<PaneKey, Seeing>,
}

/// One pane's screen as it is known now.
#[derive(Debug, Clone, PartialEq)]
pub struct Sight {
    /// What counts: what two looks agreed on. What would make the agent stuck counts at the first look, since the
    /// verdict on that is confirmed by a second one anyway (`confirm`); so does the very first look of all.
    pub shown: Shown,
    /// Since when, at the latest, the picture has been what it is: as long as it was looked at, or as long as its window
    /// has been quiet, whichever is longer. One look is enough to tell an agent that has been parked for hours.
    pub still_since: Timestamp,
    /// What the program last reported of itself (OSC 7501): only an open mirror hears that.
    pub reported: Option<ProgramStatus>,
}

/// A pane's picture: out of an open mirror, or the last capture.
#[derive(Debug, Clone, Copy)]
pub enum Picture<'a> {
    /// What a mirror holds at this moment.
    Live(&'a Screen),
    /// What was captured last; nothing has moved since.
    Shot(&'a Shot),
}

/// What is known of a pane beside its picture.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// The runtime that has its terminal.
    pub runtime: Option<&'a str>,
    /// Its version, where one is known.
    pub version: Option<&'a str>,
    /// For how long no byte has come from its window; `None` where that is not known, or no age can be believed. Output
    /// of any pane moves a window, so its own has been quiet for at least so long.
    pub quiet: Option<Duration>,
}

/// What is remembered of one pane.
#[derive(Debug, Clone, Default)]
struct Seeing {
    pid: u32,
    runtime: Option<String>,
    tracker: Tracker,
    /// Since when its picture is the same, by the looks alone.
    same_since: Option<Timestamp>,
    /// The last look saw it change: whatever its window tells is older than the picture.
    changed: bool,
    /// The last reading, and of what.
    read: Option<(Read, Seen)>,
    /// The last look.
    last: Option<(Timestamp, Sight)>,
}

/// What a reading was made of. Another one is another reading.
#[derive(Debug, Clone, PartialEq)]
struct Read {
    shot: Timestamp,
    title: String,
    command: String,
    ended: bool,
    cursor_shown: bool,
    version: Option<String>,
    /// Whether it has stood for as long as a rule asks.
    still: bool,
}

impl Default for Sights {
    fn default() -> Self {
        Self::new(Rules::shared())
    }
}

impl Sights {
    /// Nothing seen yet; screens will be read by these rules.
    #[must_use]
    pub fn new(rules: Arc<Rules>) -> Self {
        Self { rules, panes: BTreeMap::new() }
    }

    /// These rules from now on. What was read by other ones is read again.
    pub fn use_rules(&mut self, rules: &Arc<Rules>) {
        if !Arc::ptr_eq(&self.rules, rules) {
            self.rules = Arc::clone(rules);
            self.panes.values_mut().for_each(|seeing| seeing.read = None);
        }
    }

    /// Takes one look at one pane in.
    pub fn look(
        &mut self,
        key: &PaneKey,
        pane: &PaneFacts,
        known: Known<'_>,
        picture: Picture<'_>,
        at: Timestamp,
    ) -> Sight {
        let seeing = self.panes.entry(key.clone()).or_default();
        // A pane of a grouped session stands for two rows: it is looked at once.
        if let Some((last, sight)) = &seeing.last
            && *last == at
        {
            return sight.clone();
        }
        if seeing.pid != pane.pid || seeing.runtime.as_deref() != known.runtime {
            *seeing = Seeing { pid: pane.pid, runtime: known.runtime.map(str::to_owned), ..Seeing::default() };
        }
        let seen = seeing.read(&self.rules, pane, known, picture, at);
        let now = seen.state();
        let first = Shown { state: now, seen: seen.clone(), since: at };
        let shown = match seeing.tracker.take(seen, at) {
            Some(agreed) if agreed.state == now || !blocks(now) => agreed.clone(),
            _ => first,
        };
        let reported = match picture {
            Picture::Live(screen) => screen.status().cloned(),
            Picture::Shot(_) => None,
        };
        let sight = Sight { shown, still_since: seeing.still_since(known.quiet, at), reported };
        seeing.last = Some((at, sight.clone()));
        sight
    }

    /// Forgets every pane but these.
    pub fn keep(&mut self, panes: &BTreeSet<PaneKey>) {
        self.panes.retain(|key, _| panes.contains(key));
    }
}

impl Seeing {
    /// What the picture says: read afresh only where something about it is new, or where its stillness counts.
    fn read(&mut self, rules: &Rules, pane: &PaneFacts, known: Known<'_>, picture: Picture<'_>, at: Timestamp) -> Seen {
        let (screen, made_of) = match picture {
            Picture::Live(screen) => (screen, None),
            Picture::Shot(shot) => (&shot.screen, Some(shot.at)),
        };
        // A capture that was looked at before has not changed: nothing of it is compared again.
        let same = match made_of.zip(self.read.as_ref()) {
            Some((shot, (before, _))) if before.shot == shot => self.same_since.map(|since| age(since, at)),
            _ => self.tracker.still(screen, at),
        };
        self.changed = same.is_none();
        self.same_since = at.checked_sub(same.unwrap_or_default()).ok();
        let still = age(self.still_since(known.quiet, at), at);
        let made_of = made_of.map(|shot| Read {
            shot,
            title: pane.title.clone(),
            command: pane.command.clone(),
            ended: pane.dead.is_some(),
            cursor_shown: pane.cursor_shown,
            version: known.version.map(str::to_owned),
            still: still >= STILL,
        });
        if let (Some(made_of), Some((before, seen))) = (&made_of, &self.read)
            && made_of == before
        {
            return seen.clone();
        }
        let seen = rules.read(&Glance {
            screen,
            runtime: self.runtime.as_deref(),
            version: known.version,
            title: &pane.title,
            cursor_shown: Some(pane.cursor_shown),
            command: &pane.command,
            ended: pane.dead.is_some(),
            still: Some(still),
        });
        self.read = made_of.map(|made_of| (made_of, seen.clone()));
        seen
    }

    /// Since when it has not changed. How long its window was quiet is taken afresh at each look and never kept: it is
    /// asked for before the picture is taken, and what came in between moves it at the next one.
    fn still_since(&self, quiet: Option<Duration>, at: Timestamp) -> Timestamp {
        let same_since = self.same_since.unwrap_or(at);
        let quiet_since = quiet.filter(|_| !self.changed).and_then(|quiet| at.checked_sub(quiet).ok());
        quiet_since.map_or(same_since, |quiet_since| quiet_since.min(same_since))
    }
}

impl Sight {
    /// For how long the picture has been the same.
    #[must_use]
    pub fn still(&self, now: Timestamp) -> Duration {
        age(self.still_since, now)
    }
}

/// Whether a state would make an agent stuck.
fn blocks(state: State) -> bool {
    matches!(state, State::Prompt(_) | State::Limit)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "a test that cannot go on should stop")]

    use super::*;
    use crate::{
        fleet::fixtures::{at, pane, socket},
        screen::Size,
    };

    fn key() -> PaneKey {
        PaneKey { socket: socket(), pane: pane("a", 1).pane }
    }

    fn shot(second: i64, text: &str) -> Shot {
        Shot { at: at(second), pid: 1, screen: Screen::drawn(Size { rows: 5, cols: 20 }, text.as_bytes()) }
    }

    #[test]
    fn a_picture_stands_still_for_as_long_as_its_cells_are_the_same() {
        let (mut sights, pane) = (Sights::default(), pane("a", 1));
        let mut still = |second, taken, text| {
            let shot = shot(taken, text);
            let sight = sights.look(&key(), &pane, Known::default(), Picture::Shot(&shot), at(second));
            sight.still(at(second)).as_secs()
        };
        assert_eq!(still(0, 0, "one"), 0);
        assert_eq!(still(5, 0, "one"), 5);
        assert_eq!(still(6, 6, "one"), 6, "captured again, and the same");
        assert_eq!(still(7, 7, "two"), 0);
    }

    /// Looks at `(second, text, how long its window has been quiet)`; for how long the last picture has stood.
    fn check_quiet(looks: &[(i64, &str, Option<u64>)], expected: u64) {
        let (mut sights, pane) = (Sights::default(), pane("a", 1));
        let mut still = Duration::ZERO;
        for (second, text, quiet) in looks {
            let known = Known { quiet: quiet.map(Duration::from_secs), ..Known::default() };
            still =
                sights.look(&key(), &pane, known, Picture::Shot(&shot(*second, text)), at(*second)).still(at(*second));
        }
        assert_eq!(still.as_secs(), expected, "{looks:?}");
    }

    #[test]
    fn a_picture_has_stood_for_as_long_as_its_window_was_quiet_also_at_the_first_look() {
        check_quiet(&[(0, "one", Some(3600))], 3600);
        check_quiet(&[(0, "one", None)], 0);
        check_quiet(&[(0, "one", None), (5, "one", Some(3605))], 3605);
        check_quiet(&[(0, "one", Some(3)), (60, "one", Some(0))], 60);
    }

    #[test]
    fn what_came_after_the_window_was_asked_has_not_stood() {
        // The picture is another one, although the window said that nothing had come.
        check_quiet(&[(0, "one", Some(3600)), (1, "two", Some(3601))], 0);
        // The first picture was taken after its window was asked: the next look tells.
        check_quiet(&[(0, "one", Some(3600)), (1, "one", Some(1))], 1);
    }

    #[test]
    fn a_rule_for_other_versions_does_not_apply_once_the_version_is_known() {
        let rule = "version: 1\nrules:\n  - { id: mine.deploy, runtimes: [claude], versions: '<2', kind: asks, \
                    about: deploy, says: asks, where: live, any: ['shall it go on'], cites: [mine] }\n";
        let rules = Rules::shared().with(rule).unwrap_or_else(|problem| panic!("{}", problem.show("mine")));
        let known = |version| {
            let mut sights = Sights::new(Arc::new(rules.clone()));
            let known = Known { runtime: Some("claude"), version, ..Known::default() };
            let mut pane = pane("a", 1);
            pane.cursor_shown = false;
            let sight = sights.look(&key(), &pane, known, Picture::Shot(&shot(0, " Shall it go on")), at(0));
            sight.shown.seen.prompt.map(|prompt| prompt.rule)
        };
        assert_eq!(known(None).as_deref(), Some("mine.deploy"));
        assert_eq!(known(Some("1.9.3")).as_deref(), Some("mine.deploy"));
        assert_eq!(known(Some("2.1.329")), None);
    }

    /// How much of pi's context is used, by the line below its input line.
    fn check_context(footer: &str, expected: Option<u8>) {
        let (mut sights, pane, rule) = (Sights::default(), pane("a", 1), "─".repeat(60));
        let text = format!("{rule}\r\n\r\n{rule}\r\n~/src/app\r\n{footer}");
        let shot = Shot { at: at(0), pid: 1, screen: Screen::drawn(Size { rows: 8, cols: 60 }, text.as_bytes()) };
        let known = Known { runtime: Some("pi"), ..Known::default() };
        let sight = sights.look(&key(), &pane, known, Picture::Shot(&shot), at(0));
        assert_eq!(sight.shown.seen.context_used, expected, "{footer:?}");
    }

    #[test]
    fn a_context_that_is_empty_is_told_from_one_that_is_not_known() {
        check_context("0.0%/128k (auto)                    gpt-5.5:high", Some(0));
        check_context("↑12k ↓3k 0.1%/128k (auto)           gpt-5.5:high", Some(1));
        check_context("↑12k ↓3k $0.1 91.8%/1.0M (auto)     gpt-5.5:high", Some(92));
        check_context("?/128k (auto)                       gpt-5.5:high", None);
        check_context("0.0%/0 (auto)                            unknown", None);
    }

    #[test]
    fn a_pane_of_two_rows_is_looked_at_once_a_moment() {
        let (mut sights, pane) = (Sights::default(), pane("a", 1));
        let (one, two) = (shot(0, "one"), shot(0, "two"));
        let first = sights.look(&key(), &pane, Known::default(), Picture::Shot(&one), at(0));
        assert_eq!(sights.look(&key(), &pane, Known::default(), Picture::Shot(&two), at(0)), first);
    }

    #[test]
    fn another_process_in_the_pane_begins_anew() {
        let (mut sights, mut pane) = (Sights::default(), pane("a", 1));
        let shot = shot(0, "one");
        let claude = Known { runtime: Some("claude"), ..Known::default() };
        sights.look(&key(), &pane, claude, Picture::Shot(&shot), at(0));
        pane.pid += 1;
        let sight = sights.look(&key(), &pane, claude, Picture::Shot(&shot), at(9));
        assert_eq!((sight.still_since, sight.shown.since), (at(9), at(9)));
    }
}
