//! The pictures in the documentation are what the program draws.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a test that reads and writes pictures"
)]

use std::{env, fs, path::Path};

use crossterm::event::{Event as TerminalEvent, KeyEvent};
use mosaic_top::{
    app::{event::Event, sample, update::update},
    ui::{draw, picture::svg, theme::Theme},
};
use ratatui::{Terminal, backend::TestBackend};

/// Draws the sample after these keys and compares it with the picture in `docs/img`.
fn check(name: &str, size: (u16, u16), keys: &str) {
    let mut model = sample::model(size);
    for key in keys.split_whitespace() {
        let chord: mosaic_top::app::keymap::Chord = key.parse().unwrap();
        update(&mut model, Event::Terminal(TerminalEvent::Key(KeyEvent::from(chord))));
    }
    sample::answer_mirrors(&mut model);
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal.draw(|frame| draw(&model, &Theme::dark(), frame.buffer_mut())).unwrap();
    let drawn = svg(terminal.backend().buffer(), "mosaic-top");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/img").join(format!("{name}.svg"));
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == drawn,
        "{} is not what the program draws now. If the change is meant: UPDATE=1 cargo test --test pictures, \
         look at the picture, and commit it",
        path.display()
    );
}

#[test]
fn the_pictures_are_what_the_program_draws() {
    check("fleet", (132, 38), "");
    check("fleet-80x24", (80, 24), "j");
    check("fleet-40x15", (40, 15), "");
    check("agent", (132, 38), "w w w w Enter");
    check("wall", (160, 45), "2 l");
    check("help", (132, 36), "?");
}
