//! What a look at a fleet costs the processor once its facts are there: parse, join, judge, draw. `cargo bench`.
//!
//! 200 agents, four times what a fleet is expected to have. Nothing is started and no file is read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure is the bench's failure")]

mod sample;

use std::{collections::BTreeMap, time::Duration};

use divan::{Bencher, counter::ItemsCount};
use mosaic_top::{
    adapter::tmux::query,
    app::{event::Event, model::Model, update::update},
    fleet::{
        facts::{HostFacts, Limits},
        join::{JoinContext, join},
        roster,
        sights::Sights,
        until::Zones,
    },
    ui::{draw, theme::Theme},
};
use ratatui::{Terminal, backend::TestBackend};

const AGENTS: u32 = 200;
const SIZE: (u16, u16) = (160, 45);
/// On the wall there are as many as fit on one page of this size.
const WALL: u32 = 50;
const WALL_SIZE: (u16, u16) = (200, 50);

fn main() {
    divan::main();
}

#[divan::bench]
fn roster_is_parsed(bencher: Bencher) {
    let text = sample::roster(AGENTS);
    assert!(roster::parse(&text).problems.is_empty(), "{:?}", roster::parse(&text).problems);
    bencher.counter(ItemsCount::new(AGENTS)).bench_local(|| roster::parse(&text));
}

#[divan::bench]
fn list_panes_is_parsed(bencher: Bencher) {
    let answer = sample::list_panes(AGENTS);
    bencher.counter(ItemsCount::new(AGENTS)).bench_local(|| query::parse(answer.as_bytes()).unwrap());
}

#[divan::bench]
fn fleet_is_joined_and_judged(bencher: Bencher) {
    let roster = roster::parse(&sample::roster(AGENTS)).roster.unwrap();
    let facts = sample::facts(AGENTS, 0);
    let context = JoinContext {
        limits: Limits::default(),
        home: "/home/ops",
        socket: None,
        zones: &Zones::UTC,
        ages_believed: true,
        live: BTreeMap::new(),
    };
    bencher
        .counter(ItemsCount::new(AGENTS))
        .bench_local(|| join(Some(&roster), &facts, &context, &mut Sights::default()));
}

/// What the dashboard does with the facts of one second: joins, remembers, sorts, and sees whether something changed.
#[divan::bench]
fn facts_are_taken_in(bencher: Bencher) {
    takes_in(bencher, sample::model(AGENTS, SIZE), AGENTS);
}

/// The same for fifty on the wall: the picture of each is read by the rules.
#[divan::bench]
fn facts_are_taken_in_with_fifty_mirrors(bencher: Bencher) {
    takes_in(bencher, sample::wall(WALL, WALL_SIZE), WALL);
}

/// Facts of so many agents, another second's each time.
fn takes_in(bencher: Bencher, mut model: Model, agents: u32) {
    let mut second = 0;
    let facts = || {
        second += 1;
        sample::facts(agents, second)
    };
    bencher.with_inputs(facts).bench_local_values(|facts| take(&mut model, facts));
}

/// A frame of the wall with fifty tiles, and the comparison with the frame before.
#[divan::bench]
fn wall_is_drawn(bencher: Bencher) {
    let model = sample::wall(WALL, WALL_SIZE);
    let theme = Theme::dark();
    let mut terminal = Terminal::new(TestBackend::new(WALL_SIZE.0, WALL_SIZE.1)).unwrap();
    terminal.draw(|frame| draw(&model, &theme, frame.buffer_mut())).unwrap();
    let shown = format!("{}", terminal.backend());
    assert!(shown.contains("1–50 of 50") && shown.matches("● ").count() >= 50, "fifty live tiles:\n{shown}");
    bencher.bench_local(|| terminal.draw(|frame| draw(&model, &theme, frame.buffer_mut())).map(drop));
}

/// A frame of the whole screen with the mirror of the selected agent, and the comparison with the frame before.
#[divan::bench]
fn frame_is_drawn(bencher: Bencher) {
    let model = sample::model(AGENTS, SIZE);
    let theme = Theme::dark();
    let mut terminal = Terminal::new(TestBackend::new(SIZE.0, SIZE.1)).unwrap();
    terminal.draw(|frame| draw(&model, &theme, frame.buffer_mut())).unwrap();
    let shown = format!("{}", terminal.backend());
    assert!(shown.contains("agent-") && shown.contains("live"), "a fleet with a mirror:\n{shown}");
    bencher.bench_local(|| terminal.draw(|frame| draw(&model, &theme, frame.buffer_mut())).map(drop));
}

fn take(model: &mut Model, facts: HostFacts) {
    update(model, Event::Facts { facts: Box::new(facts), elapsed: Duration::from_secs(1) });
}
