//! An agent that redraws a part of its screen ten times a second, as the runtimes do while they work.

use std::{
    env,
    io::{self, Write},
    thread,
    time::{Duration, Instant},
};

/// The word that makes this program an agent.
pub(crate) const WORD: &str = "--agent";

/// The time between two updates.
const PACE: Duration = Duration::from_millis(100);

/// Which agent this process was started as.
pub(crate) fn asked() -> Option<u32> {
    let words: Vec<String> = env::args().collect();
    let at = words.iter().position(|word| word == WORD)?;
    words.get(at + 1)?.parse().ok()
}

/// Prints until its terminal is gone.
pub(crate) fn play(number: u32) {
    let (mut out, start) = (io::stdout().lock(), Instant::now());
    // Not all at the same moment.
    let mut due = PACE * (number % 10) / 10;
    for update in 0u32.. {
        thread::sleep(due.saturating_sub(start.elapsed()));
        due += PACE;
        if out.write_all(picture(number, update).as_bytes()).and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// Eight lines drawn anew in place, and now and then one that scrolls: some 700 bytes.
fn picture(number: u32, update: u32) -> String {
    let step =
        format!("\x1b[24;1H\r\n\x1b[32m●\x1b[m step {} of agent {number}: \x1b[1mEdit\x1b[m(src/lib.rs)", update / 10);
    let first = if update.is_multiple_of(10) { step } else { String::new() };
    std::iter::once(first).chain((0..8).map(|line| drawn(line, update))).collect()
}

/// One of the lines.
fn drawn(line: u32, update: u32) -> String {
    let (row, done) = (4 + line * 2, (update + line * 7) % 60);
    let (colour, bar) = (32 + done, "█".repeat(done as usize / 4));
    format!("\x1b[{row};1H\x1b[38;5;{colour}m✻\x1b[m test {line} {update:>6} \x1b[2m{done:>2} s\x1b[m {bar}\x1b[K")
}
