//! Mirrors over a real tmux server: what is seen is what is there, shared by any number of watchers, harmful to none.
#![allow(clippy::disallowed_methods, reason = "tests work with real files and programs")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;
#[path = "support/mirror.rs"]
mod watching;

use std::{fs, process::Command, time::Duration};

use mosaic_top::{
    adapter::tap::server::Server,
    fleet::{ids::PaneId, mirror::Feed},
    screen::{Colour, Screen, seed::Seed},
};
use support::{SOON, Tmux, block_on, wait_until};
use watching::{Player, Watched, agrees, kill_taps, left, mirrors, pane_of, pipe, server, tap, taps};

/// A server with one pane, `a` at 80×24, that has printed this and prints what the player plays.
fn printed(text: &str) -> (Tmux, Player, PaneId) {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    player.play(text);
    let pane = pane_of(&tmux, "a");
    (tmux, player, pane)
}

/// A mirror of that pane, once it shows this; and the server, to be asked for the truth.
async fn watch(tmux: &Tmux, pane: PaneId, text: &str) -> (Watched, Server) {
    let mut watched = Watched::open(&mirrors(tmux), pane);
    watched.until("the first picture", |w| w.shows(text)).await;
    (watched, server(tmux))
}

#[test]
fn a_mirror_begins_with_what_is_there_and_follows_what_comes() {
    let (tmux, mut player, pane) = printed(
        "\x1b[31mred\x1b[0m \x1b[1;4;48;5;22mbold\x1b[0m 漢字 e\u{301} \x1b(0lqk\x1b(B\r\n\x1b[38;2;9;8;7mrgb\x1b[m",
    );
    block_on(async {
        let (mut watched, server) = watch(&tmux, pane, "rgb").await;
        agrees(&mut watched, &server, pane, "at first").await;
        watched.until("live", |w| w.feed == Some(Feed::Live)).await;
        let pictures = watched.pictures;
        let screen = watched.screen.as_ref().unwrap();
        assert_eq!(screen.cell(0, 0).unwrap().style.fg, Colour::Indexed(1));
        assert_eq!(screen.cell(1, 0).unwrap().style.fg, Colour::Rgb(9, 8, 7));
        assert!(screen.cell(0, 9).unwrap().wide);
        player.play("\x1b[5;10Hhere\x1b[?25l\x1b[2;1H\x1b[7mthere\x1b[m");
        watched.until("what came", |w| w.shows("here") && w.shows("there")).await;
        agrees(&mut watched, &server, pane, "after what came").await;
        assert_eq!(watched.pictures, pictures, "it followed, and was not looked up again");
        assert!(pipe(&tmux, "a").starts_with("1 "), "{}", pipe(&tmux, "a"));
        assert_eq!(pipe(&tmux, "a").len(), "1 ".len() + 32, "our mark is on the pipe");
    });
}

/// Which rows go on in the next one, in the mirror and as tmux tells it.
async fn going_on(watched: &Watched, server: &Server, pane: PaneId) -> [Vec<bool>; 2] {
    let truth = Screen::seeded(&Seed { pending: Vec::new(), ..server.look(pane, None).await.unwrap().seed });
    [watched.screen.as_ref().unwrap(), &truth]
        .map(|screen| (0..screen.size().rows).map(|row| screen.goes_on(row)).collect())
}

#[test]
fn a_line_that_tmux_wrapped_is_one_line_be_it_of_the_seed_or_of_what_came() {
    let long = |what: &str| format!("{what} https://example.org/{} end", "0123456789".repeat(13));
    let wide = format!("a{}", "漢".repeat(60));
    let seed = format!("{}\r\n\x1b[31m{wide}\x1b[m\r\n{}\r\nshort\r\n", long("first"), "x".repeat(80));
    let (tmux, mut player, pane) = printed(&seed);
    block_on(async {
        let (mut watched, server) = watch(&tmux, pane, "short").await;
        watched.until("live", |w| w.feed == Some(Feed::Live)).await;
        player.play(format!("{}\r\n\x1b[1m{wide}\x1b[m\r\n{}\r\nlast", long("then"), "y".repeat(80)));
        watched.until("what came", |w| w.shows("last")).await;
        agrees(&mut watched, &server, pane, "after what came").await;
        let [ours, tmux] = going_on(&watched, &server, pane).await;
        assert_eq!(ours, tmux);
        assert_eq!(ours.iter().filter(|goes_on| **goes_on).count(), 4);
        let text = watched.screen.as_ref().unwrap().whole_text();
        let [x, y] = ["x", "y"].map(|letter| letter.repeat(80));
        let lines = [long("first"), wide.clone(), x, "short".into(), long("then"), wide, y, "last".into()];
        assert_eq!(text.trim_end().lines().collect::<Vec<_>>(), lines);
        // Below an alternate screen, too, and what scrolled since.
        player.play("\x1b[?1049htop");
        watched.until("the other screen", |w| w.shows("top")).await;
        watched.reseed();
        let pictures = watched.pictures;
        watched.until("another picture", |w| w.pictures > pictures && w.shows("top")).await;
        player.play("\x1b[?1049l\x1b[24H\r\n\r\nbelow");
        watched.until("what was below", |w| w.shows("below")).await;
        agrees(&mut watched, &server, pane, "below").await;
        let [ours, tmux] = going_on(&watched, &server, pane).await;
        assert_eq!(ours, tmux);
        assert_eq!(ours.iter().filter(|goes_on| **goes_on).count(), 3, "two rows have scrolled away");
    });
}

#[test]
fn an_alternate_screen_is_left_to_what_was_below() {
    let (tmux, mut player, pane) = printed("below\r\n\x1b[1mbold\x1b[m\x1b[?1049h\x1b[Htop\x1b[3;5r\x1b[5;1H");
    block_on(async {
        let (mut watched, server) = watch(&tmux, pane, "top").await;
        // The scroll region was seeded: these lines scroll within it.
        player.play("x\r\ny\r\nz\r\n");
        agrees(&mut watched, &server, pane, "within the region").await;
        player.play("\x1b[?1049l!");
        watched.until("what was below", |w| w.shows("bold!")).await;
        agrees(&mut watched, &server, pane, "after the alternate screen").await;
    });
}

#[test]
fn any_number_of_watchers_share_one_pipe() {
    let (tmux, mut player, pane) = printed("first");
    block_on(async {
        let (one, two, server) = (mirrors(&tmux), mirrors(&tmux), server(&tmux));
        let mut early = Watched::open(&one, pane);
        early.until("the first picture", |w| w.shows("first")).await;
        let mark = pipe(&tmux, "a");
        player.play("\x1b[3;4r\x1b[2;2Hsecond");
        let mut late = Watched::open(&two, pane);
        late.until("the shared picture", |w| w.shows("second")).await;
        let screen = Command::new(env!("CARGO_BIN_EXE_mosaic-top"))
            .args(["--socket", tmux.name(), "screen", "a"])
            .env("TMUX_TMPDIR", tmux.tmpdir())
            .env("MOSAIC_HOME", tmux.tmpdir())
            .env("XDG_STATE_HOME", tmux.tmpdir().join("state"))
            .output()
            .unwrap();
        assert!(String::from_utf8_lossy(&screen.stdout).contains("second"), "{}", support::describe(&screen));
        assert_eq!(pipe(&tmux, "a"), mark, "nobody started another pipe");
        assert_eq!(taps(&tmux).len(), 1, "one tap serves them all");
        drop(early);
        player.play("\x1b[4;1Hthird\r\nfourth");
        late.until("the one that stays goes on", |w| w.shows("fourth")).await;
        agrees(&mut late, &server, pane, "after the other left").await;
    });
}

#[test]
fn the_last_watcher_takes_the_pipe_the_mark_and_the_tap_with_it() {
    let (tmux, _player, pane) = printed("here");
    block_on(async {
        let _watched = watch(&tmux, pane, "here").await;
        assert_eq!(left(&tmux).len(), 1);
    });
    wait_until("no pipe and no mark", SOON, || match pipe(&tmux, "a").as_str() {
        "0" => Ok(()),
        other => Err(other.to_owned()),
    });
    wait_until("no tap", SOON, || match taps(&tmux) {
        taps if taps.is_empty() => Ok(()),
        taps => Err(taps),
    });
    wait_until("no file", SOON, || match left(&tmux) {
        files if files.is_empty() => Ok(()),
        files => Err(files),
    });
}

#[test]
fn somebody_elses_pipe_is_left_alone_and_the_mirror_is_polled() {
    let tmux = Tmux::new();
    let mut player = Player::start(&tmux, "a", 80, 24);
    let log = tmux.tmpdir().join("log");
    tmux.tmux(&["pipe-pane", "-t", "=a:", &format!("exec cat > {}", log.display())]);
    player.play("one ");
    let pane = pane_of(&tmux, "a");
    block_on(async {
        let (mut watched, server) = watch(&tmux, pane, "one").await;
        assert_eq!(watched.feed, Some(Feed::Polled));
        player.play("two ");
        watched.until("the next look", |w| w.shows("two")).await;
        agrees(&mut watched, &server, pane, "polled").await;
    });
    wait_until("the log is whole", SOON, || match fs::read_to_string(&log) {
        Ok(text) if text == "one two " => Ok(()),
        other => Err(other),
    });
    assert_eq!(pipe(&tmux, "a"), "1", "the user's pipe stands, without a mark of ours");
}

#[test]
fn a_pane_that_was_resized_is_seeded_anew() {
    let (tmux, _player, pane) =
        printed("a line that is longer than half of the pane is wide, so that it wraps when narrow");
    block_on(async {
        let (mut watched, server) = watch(&tmux, pane, "longer").await;
        for (cols, rows) in [("30", "12"), ("100", "30"), ("2", "2"), ("80", "24")] {
            tmux.tmux(&["resize-window", "-t", "=a:", "-x", cols, "-y", rows]);
            watched.reseed();
            agrees(&mut watched, &server, pane, &format!("{cols}×{rows}")).await;
        }
    });
}

#[test]
fn a_pane_whose_program_ended_shows_its_last_words() {
    let tmux = Tmux::new();
    tmux.session("keeper", "cat");
    tmux.tmux(&["set-option", "-g", "remain-on-exit", "on"]);
    tmux.session("a", "printf '\\nlast words'; exit 3");
    let pane = pane_of(&tmux, "a");
    block_on(async {
        let mut watched = Watched::open(&mirrors(&tmux), pane);
        watched.until("the last words", |w| w.shows("last words") && w.feed == Some(Feed::Polled)).await;
        // With or without tmux's notice: a pane that died while its pipe still held bytes never gets one from 3.3a.
        agrees(&mut watched, &server(&tmux), pane, "dead").await;
    });
}

#[test]
fn a_pane_that_is_gone_is_said_to_be_gone() {
    let tmux = Tmux::new();
    tmux.session("keeper", "cat").session("a", "cat");
    let pane = pane_of(&tmux, "a");
    block_on(async {
        let mut watched = Watched::open(&mirrors(&tmux), pane);
        watched.until("the first picture", |w| w.screen.is_some()).await;
        tmux.tmux(&["kill-session", "-t", "=a"]);
        watched.until("the reason", |w| w.gone.is_some()).await;
        assert!(watched.gone.as_deref().unwrap().contains("can't find pane"), "{:?}", watched.gone);
    });
}

#[test]
fn a_tap_that_was_killed_is_replaced_and_nothing_is_missed() {
    let (tmux, mut player, pane) = printed("before ");
    block_on(async {
        let (mut watched, server) = watch(&tmux, pane, "before").await;
        let tap = tap(&tmux);
        kill_taps(&[tap]);
        player.play("after ");
        watched.until("what came meanwhile", |w| w.shows("before after")).await;
        // tmux notices that nobody reads a pipe at the pane's next output; until then it might be anybody's.
        player.play("and more ");
        watched.until("live again", |w| w.feed == Some(Feed::Live)).await;
        agrees(&mut watched, &server, pane, "with the new tap").await;
        assert_ne!(taps(&tmux)[0], tap);
    });
}

#[test]
fn looking_leaves_the_pane_as_it_was() {
    let tmux = Tmux::new();
    tmux.session("a", "cat");
    let facts = "#{window_width}x#{window_height} #{session_attached} #{pane_in_mode} #{history_size}";
    let before = tmux.ask("=a:", facts);
    let pane = pane_of(&tmux, "a");
    block_on(async {
        let mut watched = Watched::open(&mirrors(&tmux), pane);
        watched.until("the first picture", |w| w.screen.is_some()).await;
        watched.for_a_while(Duration::from_millis(300)).await;
    });
    assert_eq!(tmux.ask("=a:", facts), before);
    assert_eq!(tmux.tmux(&["list-clients"]), "");
}

#[test]
fn a_resize_that_nobody_reports_is_found_by_asking_tmux() {
    let (tmux, mut player, pane) = printed("some text");
    block_on(async {
        let (mut watched, server) = watch(&tmux, pane, "some text").await;
        tmux.tmux(&["resize-window", "-t", "=a:", "-x", "40", "-y", "10"]);
        // Any output afterwards brings the pane to rest again, and tmux to be asked.
        player.play("\x1b[2;1Hmore");
        agrees(&mut watched, &server, pane, "after the resize").await;
    });
}

#[test]
fn a_screen_that_tmux_cleared_without_a_byte_is_found_by_asking_tmux() {
    let (tmux, mut player, pane) = printed("some text");
    block_on(async {
        let (mut watched, server) = watch(&tmux, pane, "some text").await;
        tmux.tmux(&["send-keys", "-R", "-t", "=a:"]);
        player.play("\x1b[5;5Hmore");
        agrees(&mut watched, &server, pane, "after the reset").await;
        assert!(watched.pictures > 1, "it was seeded anew");
    });
}

#[test]
fn a_flood_is_pictured_and_followed_again_when_it_ebbs() {
    let (tmux, mut player, pane) = printed("before");
    block_on(async {
        let (mut watched, server) = watch(&tmux, pane, "before").await;
        let flood = std::thread::spawn(move || {
            for line in 0..300_000 {
                player.play(format!("line {line} of a flood\r\n"));
            }
            player.play("\x1b[2J\x1b[Hcalm");
            player
        });
        watched.until("the calm after it", |w| w.shows("calm")).await;
        let mut player = flood.join().unwrap();
        agrees(&mut watched, &server, pane, "after the flood").await;
        assert!((2..200).contains(&watched.pictures), "shown by pictures: {}", watched.pictures);
        for round in 0.. {
            assert!(round < 20, "never followed byte by byte again");
            let pictures = watched.pictures;
            player.play(format!("\x1b[3;3Hround {round}"));
            watched.until("what follows", |w| w.shows(&format!("round {round}"))).await;
            if watched.pictures == pictures {
                break;
            }
        }
        assert_eq!(watched.feed, Some(Feed::Live));
    });
}
