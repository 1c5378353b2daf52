//! Any place of the line shows the same screen, however one came there.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failure is the test's failure")]

use proptest::prelude::*;

use super::{
    super::cast::{Event, Head},
    *,
};

const BEGAN: i64 = 1_763_700_000;

fn cast(began: i64, events: &[(u64, What)]) -> Cast {
    let head = Head {
        size: Size { rows: 4, cols: 20 },
        began: Timestamp::from_second(BEGAN + began).unwrap(),
        title: "coder0".into(),
    };
    let events = events.iter().map(|(millis, what)| Event { at: Duration::from_millis(*millis), what: what.clone() });
    Cast { head, events: events.collect(), skipped: 0 }
}

fn out(text: &str) -> What {
    What::Output(text.into())
}

fn first_row(projector: &mut Projector, millis: u64) -> String {
    projector.seek(Duration::from_millis(millis));
    projector.screen().text()[0].clone()
}

#[test]
fn a_place_shows_all_that_came_before_it() {
    let reel = Reel::of(vec![cast(0, &[(0, out("a")), (500, out("b")), (1000, out("c"))])]);
    let mut projector = Projector::of(reel);
    for (millis, text) in [(0, "a"), (499, "a"), (500, "ab"), (99_000, "abc"), (700, "ab"), (0, "a")] {
        assert_eq!(first_row(&mut projector, millis), text, "{millis}");
    }
    assert_eq!(projector.next(), Some(Duration::from_millis(500)));
}

#[test]
fn time_that_nobody_recorded_is_left_out_and_told() {
    let late = [(0, out("\u{1b}[2Jb")), (1000, What::Mark(format!("{GAP} 9m"))), (601_000, out("c"))];
    let reel = Reel::of(vec![cast(0, &[(0, out("a")), (1000, out("a"))]), cast(7200, &late)]);
    let seen: Vec<(u128, &str)> = reel.markers().map(|mark| (mark.at.as_millis(), mark.says)).collect();
    assert_eq!(seen, [(2000, "not recorded for 1h59m"), (3000, "not recorded for 9m")]);
    assert_eq!(reel.wall(Duration::from_secs(2)), Some(Timestamp::from_second(BEGAN + 7200).unwrap()));
    assert_eq!(reel.place(Timestamp::from_second(BEGAN + 3600).unwrap()), Duration::from_secs(1));
}

#[test]
fn a_file_begins_with_a_blank_screen_of_its_size() {
    let reel = Reel::of(vec![cast(0, &[(0, out("old"))]), cast(1, &[(0, out("\u{1b}[2;1Hnew"))])]);
    let mut projector = Projector::of(reel);
    projector.seek(Duration::from_secs(1));
    assert_eq!(projector.screen().text()[..2], ["", "new"]);
    assert!(projector.reel().markers().next().is_none());
}

#[test]
fn a_resize_keeps_the_text_until_the_program_draws() {
    let wide = What::Resize(Size { rows: 5, cols: 30 });
    let mut projector = Projector::of(Reel::of(vec![cast(0, &[(0, out("ab\r\ncd")), (10, wide), (20, out("!"))])]));
    projector.seek(Duration::from_secs(1));
    assert_eq!(
        (projector.screen().size().cols, &projector.screen().text()[..2]),
        (30, &["ab".into(), "cd!".into()][..])
    );
}

#[test]
fn nothing_at_all_can_be_played_too() {
    let mut projector = Projector::of(Reel::of(vec![cast(0, &[])]));
    assert!(projector.reel().is_empty());
    assert_eq!(first_row(&mut projector, 5000), "");
}

proptest! {
    #[test]
    fn the_way_to_a_place_does_not_matter(
        texts in proptest::collection::vec("[xyz\u{1b}\\[0-9;HJm\r\n]{0,12}", 1..30),
        places in proptest::collection::vec(0..3000_u64, 1..8),
    ) {
        let events: Vec<(u64, What)> = (0_u64..).zip(&texts).map(|(index, text)| (index * 100, out(text))).collect();
        let reel = Reel::of(vec![cast(0, &events)]);
        let mut projector = Projector::of(reel.clone());
        for place in places {
            let place = Duration::from_millis(place);
            projector.seek(place);
            let mut straight = Projector::of(reel.clone());
            straight.seek(place);
            prop_assert_eq!(projector.screen().ansi(), straight.screen().ansi());
        }
    }
}
