//! The table of a small fleet, hostile names included.

use std::time::Duration;

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::fleet::{
    ids::{HostName, Socket, Tenant},
    judgement::{Cause, CauseKind, Drift, Flag},
    sample,
};

const AT: Timestamp = Timestamp::constant(1_781_990_043, 0);

fn row(name: &str, readiness: Readiness) -> Row {
    let mut row = sample::row_in(name, readiness, &[]);
    row.idle = Reading::Known(Duration::from_secs(7440));
    row.heartbeat.age = Some(Duration::from_secs(4));
    row
}

fn fleet() -> Fleet {
    let mut dead = row("merge-gate", Readiness::Dead);
    dead.judgement.cause =
        Some(Cause { kind: CauseKind::Dead, rule: "pane.dead".into(), says: "its program ended with 127".into() });
    let mut drifted = row("docs", Readiness::Working);
    drifted.judgement.flags = vec![Flag::Drift];
    drifted.judgement.drift =
        vec![Drift { field: "runtime", roster: "claude".into(), actual: "co\u{1b}[2Jdex".into() }];
    let mut wide = row("翻訳", Readiness::Available);
    wide.alias = Some("Hon".into());
    Fleet {
        tenant: Tenant("ops".into()),
        host: HostName("dragon".into()),
        at: AT,
        socket: Socket::Named("fleet".into()),
        paused: None,
        findings: vec![],
        rows: vec![wide, drifted, dead],
    }
}

#[test]
fn the_table_lines_up_and_says_every_cause() {
    let expected = "\
dragon · ops · socket fleet: 3 agents, 2 at fault, 0 unmanaged
AGENT       CLASS  RUNTIME  STATE        IDLE   BEAT  FLAGS
翻訳 (Hon)  code   pi       ○ available  2h04m  4s
docs        code   pi       ● working    2h04m  4s    DRIFT
  └ runtime: co␛[2Jdex, roster: claude
merge-gate  code   pi       ✖ dead       2h04m  4s
  └ its program ended with 127
";
    assert_eq!(table(&fleet(), None, false, &TimeZone::UTC), expected);
}

#[test]
fn lines_are_cut_to_the_terminal_by_cells_not_characters() {
    for width in [10, 11, 40, 41] {
        for line in table(&fleet(), Some(width), false, &TimeZone::UTC).lines() {
            assert!(line.width() <= width.into(), "{line:?} is wider than {width}");
        }
    }
}

#[test]
fn without_colour_not_one_escape_reaches_the_reader() {
    assert!(!table(&fleet(), None, false, &TimeZone::UTC).contains('\u{1b}'));
    assert!(table(&fleet(), None, true, &TimeZone::UTC).contains("\u{1b}[31m"));
}
