//! Mirrors at their limits: sizes from two cells to the largest, resized without pause, flooded, long histories.
#![allow(clippy::disallowed_methods, reason = "tests work with real files, programs and clocks")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;
#[path = "support/mirror.rs"]
mod watching;

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use mosaic_top::fleet::mirror::Feed;
use support::{Tmux, block_on};
use watching::{Player, Watched, agrees, mirrors, pane_of, pipe, server};

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }
}

fn resize(tmux: &Tmux, cols: u64, rows: u64) {
    tmux.tmux(&["resize-window", "-t", "=a:", "-x", &cols.to_string(), "-y", &rows.to_string()]);
}

/// Words in colours all over the screen, wide ones among them.
fn redraw(dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..8 {
        let (row, col, colour) = (dice.between(1, 60), dice.between(1, 200), dice.between(1, 255));
        write!(text, "\x1b[{row};{col}H\x1b[38;5;{colour};1mword 漢字 é\x1b[m").unwrap();
    }
    if dice.below(4) == 0 {
        text.push_str("\r\nand a line that goes on until it wraps at the edge of most sizes that there are\r\n");
    }
    text
}

/// Runs `during` while the pane prints again and again, and stops that.
async fn while_it_prints(mut player: Player, pause: Duration, during: impl AsyncFnOnce()) -> Player {
    let stop = std::sync::Arc::new(AtomicBool::new(false));
    let stopped = std::sync::Arc::clone(&stop);
    let printing = std::thread::spawn(move || {
        let mut dice = Dice(7);
        while !stopped.load(Ordering::Relaxed) {
            player.play(redraw(&mut dice));
            std::thread::park_timeout(pause);
        }
        player
    });
    during().await;
    stop.store(true, Ordering::Relaxed);
    printing.join().unwrap()
}

#[test]
fn a_storm_of_sizes_ends_in_what_tmux_shows() {
    let tmux = Tmux::new();
    let player = Player::start(&tmux, "a", 80, 24);
    let pane = pane_of(&tmux, "a");
    block_on(async {
        let (mirrors, server) = (mirrors(&tmux), server(&tmux));
        let mut watched = Watched::open(&mirrors, pane);
        watched.until("a picture", |w| w.screen.is_some()).await;
        let mut dice = Dice(3);
        let mut player = while_it_prints(player, Duration::from_millis(5), async || {
            let began = Instant::now();
            for _ in 0..40 {
                resize(&tmux, dice.between(2, 200), dice.between(2, 60));
                if dice.below(3) == 0 {
                    watched.reseed();
                }
                watched.for_a_while(Duration::from_millis(10)).await;
            }
            eprintln!("40 sizes in {:?}", began.elapsed());
        })
        .await;
        // As the dashboard's next refresh does.
        watched.reseed();
        agrees(&mut watched, &server, pane, "after the storm").await;
        assert_eq!(watched.feed, Some(Feed::Live));
        player.play("\x1b[Hcalm");
        agrees(&mut watched, &server, pane, "and what came then").await;
    });
}

/// Opens a pane of this size with this text, and compares at first, after more of it and after a scroll.
#[track_caller]
fn check_size(cols: u16, rows: u16, text: &str, seeds: usize) {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", cols, rows);
    player.play(text);
    let pane = pane_of(&tmux, "a");
    block_on(async {
        let (mirrors, server) = (mirrors(&tmux), server(&tmux));
        let mut watched = Watched::open(&mirrors, pane);
        watched.until("a picture", |w| w.screen.is_some()).await;
        let size = watched.screen.as_ref().unwrap().size();
        assert_eq!((size.cols, size.rows), (cols, rows));
        agrees(&mut watched, &server, pane, &format!("{cols}×{rows} at first")).await;
        player.play("\x1b[H\x1b[31mx漢é\x1b[m").play(text).play("\r\ny\r\n\r\n\tz");
        agrees(&mut watched, &server, pane, &format!("{cols}×{rows} after more")).await;
        assert_eq!(watched.feed, Some(Feed::Live));
        assert!(watched.pictures <= seeds, "{} seeds", watched.pictures);
    });
}

#[test]
fn a_pane_of_two_by_two() {
    check_size(2, 2, "abcdefg", 1);
}

/// The engine has two rows and columns at least: a smaller pane is looked at, and every look is tmux's own picture.
#[track_caller]
fn check_looked_at(cols: u16, rows: u16) {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", cols, rows);
    player.play("abc\r\nde");
    let (pane, server) = (pane_of(&tmux, "a"), server(&tmux));
    block_on(async {
        let mut watched = Watched::open(&mirrors(&tmux), pane);
        agrees(&mut watched, &server, pane, "at first").await;
        assert_eq!((watched.feed, pipe(&tmux, "a").as_str()), (Some(Feed::Polled), "0"), "no pipe was opened");
        player.play("\x1b[H\x1b[31mx\x1b[m\x1b[D\r\nq");
        agrees(&mut watched, &server, pane, "after more").await;
        resize(&tmux, 20, 5);
        watched.reseed();
        watched.until("followed once it is larger", |w| w.feed == Some(Feed::Live)).await;
        agrees(&mut watched, &server, pane, "larger").await;
        resize(&tmux, cols.into(), rows.into());
        watched.reseed();
        watched.until("looked at again", |w| w.feed == Some(Feed::Polled)).await;
        agrees(&mut watched, &server, pane, "small again").await;
    });
}

#[test]
fn a_pane_of_one_column_is_looked_at() {
    check_looked_at(1, 10);
}

#[test]
fn a_pane_of_one_row_is_looked_at() {
    check_looked_at(10, 1);
}

#[test]
fn a_pane_of_five_hundred_by_two_hundred() {
    let line = |row: u32| format!("\x1b[38;2;{};9;9m{}\x1b[m", row % 256, format!("{row} 漢 ").repeat(50));
    check_size(500, 200, &(0..200).map(line).collect::<Vec<_>>().join("\r\n"), 1);
}

#[test]
fn a_wide_character_at_the_edge_is_cut_as_in_tmux() {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 20, 6);
    player.play("123456789012345678漢\r\n漢漢漢漢漢漢漢漢漢漢\r\n\x1b[3;20H漢\x1b[4;19H字x");
    let pane = pane_of(&tmux, "a");
    block_on(async {
        let (mirrors, server) = (mirrors(&tmux), server(&tmux));
        let mut watched = Watched::open(&mirrors, pane);
        watched.until("a picture", |w| w.screen.is_some()).await;
        for cols in [19, 18, 17, 5, 2, 3, 20, 21] {
            resize(&tmux, cols, 6);
            watched.reseed();
            agrees(&mut watched, &server, pane, &format!("{cols} columns")).await;
            player.play("\x1b[6;1H漢é漢");
            agrees(&mut watched, &server, pane, &format!("{cols} columns and more")).await;
        }
        // On the alternate screen nothing is wrapped anew: tmux cuts.
        player.play("\x1b[?1049h\x1b[H123456789012345678漢\x1b[2;1H漢漢漢漢漢漢漢漢漢漢");
        for cols in [19, 4, 3] {
            resize(&tmux, cols, 6);
            watched.reseed();
            agrees(&mut watched, &server, pane, &format!("{cols} columns of the alternate screen")).await;
        }
    });
}

#[test]
fn fifty_thousand_lines_above_cost_no_time() {
    let tmux = Tmux::new();
    tmux.session("keeper", "cat");
    tmux.tmux(&["set-option", "-g", "history-limit", "50000"]);
    let mut player = Player::start(&tmux, "a", 80, 24);
    let lines: Vec<String> = (0..50_100).map(|n| format!("line {n}\r\n")).collect();
    player.play(lines.concat()).play("the end");
    let pane = pane_of(&tmux, "a");
    support::wait_until("all lines", support::SOON, || {
        let text = tmux.tmux(&["capture-pane", "-p", "-t", "=a:"]);
        if text.contains("the end") { Ok(()) } else { Err(text) }
    });
    // tmux drops a tenth at a time.
    let above: u32 = tmux.ask("=a:", "#{history_size}").parse().unwrap();
    assert!(above > 45_000, "{above}");
    block_on(async {
        let (mirrors, server) = (mirrors(&tmux), server(&tmux));
        let began = Instant::now();
        let mut watched = Watched::open(&mirrors, pane);
        watched.until("the picture", |w| w.shows("the end")).await;
        let took = began.elapsed();
        eprintln!("{above} lines above: the first picture after {took:?}, the tap's own start included");
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert_eq!(watched.feed, Some(Feed::Live));
        agrees(&mut watched, &server, pane, "below the history").await;
    });
}

#[test]
fn a_flooding_pane_is_seeded_at_any_moment_and_right_at_rest() {
    let tmux = Tmux::new();
    let player = Player::start(&tmux, "a", 80, 24);
    let pane = pane_of(&tmux, "a");
    block_on(async {
        let (mirrors, server) = (mirrors(&tmux), server(&tmux));
        let mut watched = Watched::open(&mirrors, pane);
        watched.until("a picture", |w| w.feed == Some(Feed::Live)).await;
        let mut dice = Dice(11);
        let _player = while_it_prints(player, Duration::ZERO, async || {
            for seed in 1..=20 {
                let pictures = watched.pictures;
                watched.reseed();
                watched.until(&format!("seed {seed}"), |w| w.pictures > pictures).await;
                watched.for_a_while(Duration::from_millis(dice.below(40))).await;
            }
        })
        .await;
        agrees(&mut watched, &server, pane, "at rest").await;
        assert!(watched.pictures > 20);
        assert_eq!(watched.feed, Some(Feed::Live));
    });
}
