//! Rows for tests: a healthy working agent, to be changed in the one field that a test is about.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    heartbeat::Health,
    ids::{HostName, Socket, Tenant},
    judgement::{Flag, Judgement, Readiness},
    reading::Reading,
    row::{Beat, Row, RowKey},
};

/// A managed agent of that name, working, with nothing else known of it.
pub(crate) fn row(name: &str) -> Row {
    Row {
        key: RowKey {
            host: HostName("lin".into()),
            socket: Socket::Named("fleet".into()),
            session: name.into(),
            pane: None,
        },
        name: name.into(),
        alias: None,
        class: Some("code".into()),
        runtime: Some("pi".into()),
        model: None,
        tenant: Tenant("ops".into()),
        managed: true,
        unit: Reading::unknown("no user manager"),
        session: None,
        pane: None,
        idle: Reading::Known(Duration::from_secs(1)),
        doing: None,
        context: None,
        heartbeat: Beat { health: Health::Healthy, why: None, read: None, age: Some(Duration::from_secs(2)) },
        pause: None,
        taken: None,
        prompt: None,
        busy: None,
        judgement: Judgement {
            readiness: Readiness::Working,
            cause: None,
            evidence: Vec::new(),
            flags: Vec::new(),
            drift: Vec::new(),
        },
        since: Timestamp::UNIX_EPOCH,
        since_exact: true,
        confirmed: true,
    }
}

/// The same in a state and with flags.
pub(crate) fn row_in(name: &str, readiness: Readiness, flags: &[Flag]) -> Row {
    let mut row = row(name);
    row.judgement.readiness = readiness;
    row.judgement.flags = flags.to_vec();
    row
}
