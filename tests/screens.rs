//! What the dashboard shows: every screen at four sizes, as text with its styles below.
//!
//! A snapshot is the screen between bars, then the same grid with a letter for each style, then what the letters mean.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "these are tests")]

use std::{fmt::Write as _, time::Duration};

use crossterm::event::{Event as TerminalEvent, KeyEvent};
use mosaic_top::{
    app::{
        effect::Effect,
        event::{Event, Feed, MirrorNews, RosterNews},
        model::{Model, Start},
        replay::{Replay, asked_place},
        sample,
        still::Still,
        update::update,
    },
    fleet::{
        agent_facts::RuntimeWord,
        cast::{self, Cast, Head, What},
        facts::Pause,
        gate::{Glance, Rules, Shown},
        judgement::{Evidence, Readiness},
        order::Ending,
        reading::Why,
        record::{Record, RecordStatus},
        reel::Reel,
        roster::{self, Parsed, Place, Problem},
        sights::Sight,
        taken::{TakeNews, Taken},
        weigh::{Sources, weigh},
    },
    screen::{Screen, Size, history::History},
    ui::{draw, theme::Theme},
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};

const SIZES: [(u16, u16); 4] = [(160, 45), (120, 40), (80, 24), (40, 15)];

fn drawn(model: &Model, theme: &Theme, size: (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| draw(model, theme, frame.buffer_mut())).unwrap();
    terminal.backend().buffer().clone()
}

/// One for each style of a screen; the first is the terminal's own.
const LETTERS: &[u8] = b".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn shot(buffer: &Buffer) -> String {
    let mut legend: Vec<String> = vec![".".to_owned()];
    let (mut text, mut styles) = (String::new(), String::new());
    for y in 0..buffer.area.height {
        let (mut line, mut letters) = (String::new(), String::new());
        let mut skip = 0;
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            if skip == 0 {
                line.push_str(cell.symbol());
                skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1);
            }
            skip -= 1;
            let style = format!("{:?} on {:?} {:?}", cell.fg, cell.bg, cell.modifier).replace("Modifier", "");
            let place = if style == "Reset on Reset (0x0)" || style == "Reset on Reset NONE" {
                0
            } else {
                legend.iter().position(|known| *known == style).unwrap_or_else(|| {
                    legend.push(style);
                    legend.len() - 1
                })
            };
            letters.push(LETTERS[place] as char);
        }
        writeln!(text, "|{line}|").unwrap();
        writeln!(styles, "{}", letters.trim_end_matches('.')).unwrap();
    }
    let mut key = String::new();
    for (place, style) in legend.iter().enumerate().skip(1) {
        writeln!(key, "{} {style}", LETTERS[place] as char).unwrap();
    }
    format!("{text}\n{styles}\n{key}")
}

/// Takes a snapshot of a dashboard at all four sizes, after these keys.
fn check(name: &str, model: impl Fn((u16, u16)) -> Model, keys: &str) {
    for size in SIZES {
        let mut model = model(size);
        press(&mut model, keys);
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), shot(&drawn(&model, &Theme::dark(), size)));
    }
}

fn press(model: &mut Model, keys: &str) {
    effects(model, keys);
}

fn effects(model: &mut Model, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in keys.split_whitespace() {
        let chord: mosaic_top::app::keymap::Chord = key.parse().unwrap();
        effects.extend(update(model, Event::Terminal(TerminalEvent::Key(KeyEvent::from(chord)))));
    }
    sample::answer_mirrors(model);
    effects
}

#[test]
fn the_fleet_with_an_agent_in_every_state() {
    check("fleet", sample::model, "");
}

#[test]
fn marks_and_another_selection() {
    check("fleet-marks", sample::model, "j Space Space o a");
}

#[test]
fn one_agent_with_its_drift() {
    check("agent", sample::model, "w w w w Enter");
}

/// An agent that stands at its trust gate, while its stream and its record say that it works: all three are shown.
#[test]
fn one_agent_whose_sources_disagree() {
    let now = sample::at();
    let mut screen = Screen::new(Size { rows: 40, cols: 120 });
    let gate = include_str!("cases/gates/claude/trust-gate-120x40.ansi").trim_end().replace('\n', "\r\n");
    screen.feed(format!("{gate}\x1b]7501;state=working:app=claude-code\x1b\\").as_bytes());
    let seen = Rules::builtin().read(&Glance {
        screen: &screen,
        runtime: Some("claude"),
        version: None,
        title: "",
        cursor_shown: Some(false),
        command: "claude",
        ended: false,
        still: None,
    });
    let shown = Shown { state: seen.state(), seen, since: now };
    let sight = Sight { shown, still_since: now, reported: screen.status().cloned() };
    let record = Record { status: Some(RecordStatus::Busy), changed: Some(now), ..Record::new("claude") };
    let (sight, record) = (Some(&sight), Some(&record));
    let stalled_after = Duration::from_secs(300);
    let weighed = weigh(Sources {
        now,
        sight,
        record,
        unmoved: None,
        stalled_after,
        zones: &mosaic_top::fleet::until::Zones::UTC,
        ages_believed: true,
    });
    let Some(RuntimeWord::Blocked { cause, evidence }) = weighed.told else { panic!("no gate: {weighed:?}") };
    let all: Vec<Evidence> = evidence.into_iter().chain(weighed.beside).collect();
    let model = |size| {
        let (mut model, mut fleet) = (sample::start_as(false, size), sample::fleet());
        let row = fleet.rows.iter_mut().find(|row| row.name == "orchestrator").unwrap();
        (row.judgement.cause, row.judgement.evidence) = (Some(cause.clone()), all.clone());
        model.show_fleet(fleet);
        update(&mut model, Event::Tick(now));
        model
    };
    check("agent-disagrees", model, "Enter");
}

#[test]
fn the_help_is_the_table() {
    check("help", sample::model, "?");
}

#[test]
fn read_only_says_so() {
    let model = |size| {
        let mut model = sample::start_as(true, size);
        model.show_fleet(sample::fleet());
        update(&mut model, Event::Tick(sample::at()));
        model
    };
    check("read-only", model, "?");
}

#[test]
fn a_filter_while_it_is_typed() {
    check("filter", sample::model, "/ c l a s s : c o d");
    check("filter-bad", sample::model, "/ c o l o u r : r");
}

/// A dashboard whose selected agent has a past: 40 lines above its screen.
fn with_a_past(model: &mut Model) {
    let line = |line: usize| format!("\x1b[3{}mline {line}\x1b[m of the past\n", line % 7 + 1);
    let lines = (0..64).map(line).collect::<Vec<_>>().concat();
    let history = History::read(Size { rows: 24, cols: 80 }, 1040, lines.into_bytes(), &[]);
    let asked = model.still().and_then(Still::waits_for).unwrap();
    update(model, Event::History(asked, Ok(Box::new(history))));
}

#[test]
fn a_mirror_that_is_held() {
    let zoomed = |size| {
        let mut model = sample::model(size);
        press(&mut model, "z");
        model
    };
    check("held", zoomed, "Space");
    let agent = |size| {
        let mut model = sample::model(size);
        press(&mut model, "Enter");
        press(&mut model, "[");
        with_a_past(&mut model);
        model
    };
    check("agent-scrolled-back", agent, "PgUp");
}

#[test]
fn a_search_in_what_was_printed_long_ago() {
    let searched = |size| {
        let mut model = sample::model(size);
        press(&mut model, "z");
        press(&mut model, "/");
        with_a_past(&mut model);
        model
    };
    check("search", searched, "L I N E Backspace Backspace Backspace Backspace 3");
    check("search-kept", searched, "3 Enter n n");
}

#[test]
fn a_command_while_it_is_typed() {
    check("command", sample::model, ": o p e n Space c o");
}

#[test]
fn the_help_while_it_is_searched() {
    check("help-search", sample::model, "? / s o r t");
}

#[test]
fn the_columns_while_they_are_chosen() {
    check("columns", sample::model, "c j j Space j");
}

#[test]
fn only_faults() {
    check("faults", sample::model, "Ctrl-F");
}

#[test]
fn a_sequence_that_has_begun_shows_what_may_follow() {
    check("sequence", sample::model, "o");
}

#[test]
fn a_zoomed_mirror() {
    check("zoom", sample::model, "j z l");
}

#[test]
fn the_wall_with_a_page_of_mirrors() {
    check("wall", sample::model, "2 l");
    check("wall-last", sample::model, "2 G Space");
    check("wall-small", sample::model, "2 - -");
    check("wall-no-match", sample::model, "2 / z z z Enter");
}

#[test]
fn before_the_first_facts_it_says_what_it_does() {
    check("asking", sample::start, "");
}

#[test]
fn a_filter_that_nothing_passes_says_how_to_get_back() {
    check("no-match", sample::model, "/ z z z Enter");
}

const ROSTER: &str = "/home/ops/.config/mosaic/fleet/roster.yaml";

/// A dashboard that shows no row, with this news of its roster.
fn empty(size: (u16, u16), news: RosterNews) -> Model {
    let mut model = sample::start(size);
    let mut fleet = sample::fleet();
    fleet.rows.clear();
    fleet.findings.clear();
    model.show_fleet(fleet);
    update(&mut model, Event::Roster(news));
    update(&mut model, Event::Tick(sample::at()));
    model
}

#[test]
fn without_a_roster_and_a_server_it_says_where_it_looked() {
    let missing = || RosterNews::Missing { looked: vec![ROSTER.to_owned()], why: Why::new("no such file") };
    check("nothing", |size| empty(size, missing()), "");
}

#[test]
fn a_roster_that_names_no_agent_says_so() {
    let parsed = roster::parse("version: 1\ntransport: tmux\nagents: []\n");
    assert!(parsed.roster.is_some(), "{:?}", parsed.problems);
    let read = || RosterNews::Read { path: ROSTER.to_owned(), parsed: parsed.clone() };
    check("no-agents", |size| empty(size, read()), "");
}

#[test]
fn a_roster_that_cannot_be_used_says_why_where_no_row_is() {
    check("unusable-roster", |size| empty(size, bad_roster()), "");
}

fn bad_roster() -> RosterNews {
    let problem = |line, column, what: &str, hint: &str| Problem {
        place: Some(Place { line, column }),
        error: true,
        what: what.to_owned(),
        hint: Some(hint.to_owned()),
    };
    let problems = vec![
        problem(14, 9, "two agents are named \"coder0\"", "give one of them another name"),
        problem(21, 12, "':' in a name cannot be carried by tmux", "use - instead"),
        Problem { place: None, error: false, what: "no enhancer is declared".to_owned(), hint: None },
    ];
    RosterNews::Read { path: ROSTER.to_owned(), parsed: Parsed { roster: None, problems } }
}

fn with_bad_roster(size: (u16, u16)) -> Model {
    let mut model = sample::model(size);
    update(&mut model, Event::Roster(bad_roster()));
    model.show_fleet(sample::fleet());
    model
}

#[test]
fn a_bad_roster_is_a_banner_and_a_list() {
    check("bad-roster", with_bad_roster, "");
    check("bad-roster-list", with_bad_roster, "!");
}

#[test]
fn a_paused_fleet_says_who_and_why() {
    let model = |size| {
        let mut model = sample::model(size);
        let mut fleet = sample::fleet();
        let by = |text: &str| Some(text.to_owned());
        fleet.paused = Some(Pause {
            by: by("jane"),
            host: by("dragon-lin"),
            at: Some(sample::at()),
            reason: by("release freeze\u{1b}[2J"),
        });
        model.show_fleet(fleet);
        model
    };
    check("paused", model, "");
}

#[test]
fn silence_greys_every_row_and_says_since_when() {
    let model = |size| {
        let mut model = sample::model(size);
        let later = sample::at().checked_add(std::time::Duration::from_secs(12)).unwrap();
        update(&mut model, Event::Tick(later));
        model
    };
    check("silent", model, "");
}

#[test]
fn without_colours_every_state_still_has_its_shape_and_word() {
    let model = sample::model((80, 24));
    insta::assert_snapshot!(
        "wall-plain-80x24",
        shot(&{
            let mut model = sample::model((80, 24));
            press(&mut model, "2 l");
            drawn(&model, &Theme::plain(), (80, 24))
        })
    );
    insta::assert_snapshot!("plain-80x24", shot(&drawn(&model, &Theme::plain(), (80, 24))));
    insta::assert_snapshot!("contrast-80x24", shot(&drawn(&model, &Theme::contrast(), (80, 24))));
    insta::assert_snapshot!("light-80x24", shot(&drawn(&model, &Theme::light(), (80, 24))));
    let text = shot(&drawn(&model, &Theme::plain(), (80, 24)));
    assert!(!text.contains("Indexed") && !text.contains("Rgb"), "{text}");
    for state in Readiness::ALL {
        assert!(!state.shape().is_empty() && !state.word().is_empty());
    }
}

#[test]
fn no_control_character_ever_reaches_the_screen() {
    for size in SIZES {
        for keys in ["", "G", "G Enter", "?", "!", "2 G"] {
            let mut model = sample::model(size);
            press(&mut model, keys);
            for cell in drawn(&model, &Theme::dark(), size).content() {
                assert_eq!(mosaic_top::fleet::text::visible(cell.symbol()), cell.symbol());
            }
        }
    }
}

#[test]
fn a_mirrors_label_says_how_it_is_fed_and_how_fresh_it_is() {
    let label = |news: Vec<MirrorNews>, later: u64| {
        let mut model = sample::start((120, 40));
        model.show_fleet(sample::fleet());
        update(&mut model, Event::Tick(sample::at()));
        let key = model.selected_row().unwrap().mirror_pane().unwrap().key.clone();
        for news in news {
            update(&mut model, Event::Mirror(key.clone(), news));
        }
        let now = sample::at().checked_add(std::time::Duration::from_secs(later)).unwrap();
        update(&mut model, Event::Tick(now));
        shot(&drawn(&model, &Theme::dark(), (120, 40)))
    };
    let picture = |feed| MirrorNews::Picture {
        screen: Box::new(Screen::new(Size { rows: 24, cols: 80 })),
        feed,
        at: sample::at(),
    };
    for (news, later, expected) in [
        (vec![], 0, "opening ╮"),
        (vec![picture(Feed::Live)], 60, "● live ╮"),
        (vec![picture(Feed::Polled)], 1, "polled 1 s ╮"),
        (vec![picture(Feed::Polled)], 4, "stale 4s ╮"),
        (vec![MirrorNews::Gone(Why::new("the pane was closed"))], 0, "gone ╮"),
        (vec![MirrorNews::Gone(Why::new("the pane was closed"))], 0, "the pane was closed"),
    ] {
        let seen = label(news, later);
        assert!(seen.contains(expected), "{expected:?} is missing:\n{seen}");
    }
}

fn on(size: (u16, u16), name: &str) -> Model {
    let mut model = sample::model(size);
    while model.selected_row().is_some_and(|row| row.name != name) {
        press(&mut model, "n");
    }
    model
}

#[test]
fn a_message_with_its_receiver_and_what_arrives() {
    let model = |size| {
        let mut model = on(size, "coder1");
        press(&mut model, "s Ctrl-T");
        let text = "The retry loop ends now.\nPlease look at src/retry.rs again, and at its tests.";
        update(&mut model, Event::Terminal(TerminalEvent::Paste(text.to_owned())));
        model
    };
    check("compose", model, "");
}

#[test]
fn a_broadcast_with_who_gets_it() {
    let model = |size| {
        let mut model = sample::model(size);
        press(&mut model, "S h i Enter");
        model
    };
    check("broadcast", model, "");
}

#[test]
fn a_relaunch_asks_with_its_commands() {
    let model = |size| {
        let mut model = on(size, "coder0");
        let asked = effects(&mut model, "R");
        sample::acting::preview(&mut model, &asked);
        model
    };
    check("confirm", model, "");
}

#[test]
fn a_pause_asks_for_a_reason() {
    let model = |size| {
        let mut model = on(size, "coder0");
        let asked = effects(&mut model, "P");
        sample::acting::preview(&mut model, &asked);
        model
    };
    check("reason", model, "f r e e z e");
}

#[test]
fn a_prompt_is_answered_by_what_its_options_mean() {
    check("answer", sample::model, "a");
    check("answer-sure", sample::model, "a Enter");
}

#[test]
fn orders_on_their_way_stand_on_their_rows() {
    let model = |size| {
        let mut model = on(size, "coder0");
        press(&mut model, "Space");
        let asked = effects(&mut model, "R");
        sample::acting::preview(&mut model, &asked);
        let given = effects(&mut model, "y");
        for (id, _, target) in sample::acting::carried_out(&given) {
            sample::acting::progress(&mut model, id, &target, "waiting for the agent to come up");
        }
        model
    };
    check("job", model, "");
}

#[test]
fn every_receiver_has_a_receipt() {
    let model = |size| {
        let mut model = sample::model(size);
        let given = effects(&mut model, "/ c l a s s : c o d Enter S h i Enter y");
        for (id, word, target) in sample::acting::carried_out(&given) {
            let (ending, says) = match target.name() {
                "coder0" => (Ending::Draft, "the text stands in its composer"),
                _ => (Ending::Accepted, "it has it"),
            };
            sample::acting::ended(&mut model, id, word, &target, ending, says);
        }
        model
    };
    check("receipts", model, "");
}

#[test]
fn what_needs_a_human() {
    check("attention", sample::model, "3");
    check("attention-in-hand", sample::model, "3 x");
}

#[test]
fn many_that_died_at_once_are_one_entry() {
    let model = |size| {
        let mut model = sample::model(size);
        let mut fleet = sample::fleet();
        for row in fleet.rows.iter_mut().filter(|row| row.managed && row.pane.is_some()) {
            row.judgement.readiness = Readiness::Dead;
            row.since = sample::at();
        }
        model.show_fleet(fleet);
        model
    };
    check("attention-mass", model, "3");
}

#[test]
fn the_log_of_all_actions() {
    let model = |size| {
        let mut model = sample::model(size);
        press(&mut model, "4");
        update(&mut model, Event::Log(Ok((sample::acting::log(), 0))));
        model
    };
    check("log", model, "");
}

#[test]
fn an_agent_that_was_taken_over_says_how_to_leave_it() {
    let model = |size| {
        let mut model = on(size, "coder0");
        let asked = effects(&mut model, "t");
        sample::acting::preview(&mut model, &asked);
        let number = effects(&mut model, "y").into_iter().find_map(|effect| match effect {
            Effect::Take { number, .. } => Some(number),
            _ => None,
        });
        let since = sample::at().checked_sub(Duration::from_secs(72)).unwrap();
        let mark = Taken { by: "ops".to_owned(), from: None, since, pid: Some(1) };
        let said = "\x1b[1m● coder0\x1b[m is here\r\n\r\n> type to it 漢字\x1b[41m ";
        for news in [TakeNews::Began(mark), TakeNews::Said(said.into())] {
            update(&mut model, Event::Taken(number.unwrap(), news));
        }
        model
    };
    check("taken", model, "");
}

/// A dashboard over the sample's rows that was told this at its start.
fn told(told: Start) -> Model {
    let mut model = Model::new(told);
    model.show_fleet(sample::fleet());
    update(&mut model, Event::Tick(sample::at()));
    sample::answer_mirrors(&mut model);
    model
}

#[test]
fn one_agent_watched_alone_is_its_mirror_and_nothing_else() {
    let watched = |size| told(Start { watched: Some("coder0".to_owned()), ..sample::told(size) });
    check("watch", watched, "");
    check("watch-held", watched, "Space");
}

#[test]
fn who_is_here_for_the_first_time_is_told_the_keys_that_matter() {
    check("first-run", |size| told(Start { hint: true, ..sample::told(size) }), "");
}

#[test]
fn the_acting_views_and_dialogs_fit_the_smallest_screen() {
    for keys in ["2", "2 -", "s h i", "S h i Enter", "a", "a Enter", "R", "P", "3", "3 x", "4", "J"] {
        for size in [(10, 3), (20, 6), (1, 1), (40, 15)] {
            let mut model = sample::model(size);
            press(&mut model, keys);
            let _ = drawn(&model, &Theme::plain(), size);
        }
    }
}

/// A recording with a title, a wide character and markers, at a place of it.
fn playing(at: &str) -> Replay {
    let began = "2026-05-01T21:09:03Z".parse().unwrap();
    let head = Head { size: Size { rows: 24, cols: 80 }, began, title: "coder0".into() };
    let event = |seconds, what| cast::Event { at: Duration::from_secs(seconds), what };
    let events = vec![
        event(0, What::Output("\x1b[2J\x1b[H\x1b[1;32m●\x1b[m Reading src/lib.rs 漢字\r\n".into())),
        event(2, What::Mark("● working".into())),
        event(
            40,
            What::Output("\x1b[3;1H\x1b]0;title\x07Do you want to run \x1b[1mmake\x1b[m?\r\n❯ Yes\r\n  No".into()),
        ),
        event(41, What::Mark("◆ stuck: permission".into())),
        event(300, What::Output("\x1b[24;1Hthe last line".into())),
    ];
    let reel = Reel::of(vec![Cast { head, events, skipped: 0 }]);
    let place = asked_place(at, &reel).unwrap();
    let mut replay = Replay::of(reel, "coder0", jiff::tz::TimeZone::UTC);
    replay.pass(place);
    replay
}

#[test]
fn a_recording_is_played() {
    for (width, height) in SIZES {
        let area = ratatui::layout::Rect::new(0, 0, width, height);
        for (name, at) in [("replay", "1:00"), ("replay-end", "end")] {
            let mut buffer = Buffer::empty(area);
            mosaic_top::ui::replay::draw(&playing(at), &Theme::dark(), area, &mut buffer);
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), shot(&buffer));
        }
    }
    // No size is too small for it.
    for (width, height) in (0..12).flat_map(|width| (0..6).map(move |height| (width, height))) {
        let area = ratatui::layout::Rect::new(0, 0, width, height);
        mosaic_top::ui::replay::draw(&playing("end"), &Theme::dark(), area, &mut Buffer::empty(area));
    }
}
