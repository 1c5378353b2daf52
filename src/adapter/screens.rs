//! The screens of all panes, so that every agent is judged and not only the one that is mirrored.
//!
//! A pane is captured when its window has moved since its last capture, and now and then all the same; all that are due
//! share one `tmux`. A pane that is mirrored is not captured: its mirror knows better. It opens no pipe and changes nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use jiff::Timestamp;

use super::{
    clock::Moment,
    exec::Exec,
    gather::Look,
    tmux::{Tmux, capture},
};
use crate::fleet::{
    facts::{PaneFacts, ServerFacts, ServerState},
    ids::{PaneId, PaneKey, Socket},
    shot::Shot,
};

/// A window that moves all the time is captured no more often than this: a prompt comes to rest, and what comes to rest
/// is captured at the next look.
const MOVING_EVERY: Duration = Duration::from_millis(1800);

/// A window that does not move is captured this often all the same: `window_activity` is one for all its panes, and
/// tells nothing of a picture that tmux itself reflowed.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// The most panes that one `tmux` captures. The rest has its turn at the next look, the longest waiting first.
const MOST_AT_ONCE: usize = 100;

/// What was captured of each pane.
#[derive(Debug, Default)]
pub(super) struct Screens {
    taken: BTreeMap<PaneKey, Taken>,
    mirrored: Mirrored,
}

/// The panes that an open mirror holds the picture of: those need no capture.
#[derive(Debug, Clone, Default)]
pub(super) struct Mirrored(Arc<Mutex<BTreeMap<PaneKey, usize>>>);

/// One open mirror's word that it holds the picture; the pane is captured again when it is dropped.
#[derive(Debug)]
pub struct Held {
    mirrored: Mirrored,
    pane: PaneKey,
}

impl Mirrored {
    /// From now on a mirror holds this pane's picture.
    pub(super) fn hold(&self, pane: PaneKey) -> Held {
        *self.panes().entry(pane.clone()).or_default() += 1;
        Held { mirrored: self.clone(), pane }
    }

    fn panes(&self) -> MutexGuard<'_, BTreeMap<PaneKey, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut panes = self.mirrored.panes();
        if let Some(count) = panes.get_mut(&self.pane) {
            *count -= 1;
            if *count == 0 {
                panes.remove(&self.pane);
            }
        }
    }
}

#[derive(Debug)]
struct Taken {
    shot: Arc<Shot>,
    /// When, by the steady clock.
    at: Instant,
    size: (u16, u16),
    /// The window's activity as it was listed before the capture.
    activity: Option<Timestamp>,
}

impl Screens {
    /// Nothing captured yet; what mirrors hold is told through `mirrored`.
    pub(super) fn beside(mirrored: Mirrored) -> Self {
        Self { taken: BTreeMap::new(), mirrored }
    }

    /// The screens of all living panes as they were captured last.
    pub(super) fn shots(&self) -> BTreeMap<PaneKey, Arc<Shot>> {
        self.taken.iter().map(|(key, taken)| (key.clone(), Arc::clone(&taken.shot))).collect()
    }

    /// Captures the living panes of these servers where that is due.
    pub(super) async fn look(
        &mut self,
        exec: &dyn Exec,
        tmux: &Tmux,
        how: Look,
        servers: &BTreeMap<Socket, ServerFacts>,
        now: Moment,
        limit: Duration,
    ) {
        for (socket, server) in servers {
            let ServerState::Up { pid, .. } = server.state else { continue };
            let due = self.due(how, socket, server, now.steady);
            if due.is_empty() {
                continue;
            }
            let captured = capture::panes(exec, tmux, socket, &due, limit).await;
            self.keep(socket, server, captured.into_iter().filter(|one| one.server == pid), now);
        }
    }

    /// Drops what belongs to panes that are no more, have ended, or run another process. A server that gives no answer
    /// says none of that.
    pub(super) fn forget(&mut self, servers: &BTreeMap<Socket, ServerFacts>) {
        self.taken.retain(|key, taken| {
            let Some(server) = servers.get(&key.socket) else { return false };
            let pane = server.panes.iter().find(|pane| pane.pane == key.pane);
            matches!(server.state, ServerState::Unreachable(_))
                || pane.is_some_and(|pane| pane.dead.is_none() && pane.pid == taken.shot.pid)
        });
    }

    /// The panes to capture now, the longest waiting first.
    fn due(&self, how: Look, socket: &Socket, server: &ServerFacts, now: Instant) -> Vec<PaneId> {
        let mirrored = self.mirrored.panes();
        let mut due: Vec<(Option<Instant>, PaneId)> = server
            .panes
            .iter()
            .filter(|pane| pane.dead.is_none())
            .filter_map(|pane| {
                let key = PaneKey { socket: socket.clone(), pane: pane.pane };
                let taken = self.taken.get(&key);
                (!mirrored.contains_key(&key) && is_due(how, pane, taken, now))
                    .then(|| (taken.map(|taken| taken.at), pane.pane))
            })
            .collect();
        due.sort_unstable();
        // A pane of a grouped session is listed under each of them.
        due.dedup_by_key(|(_, pane)| *pane);
        due.truncate(MOST_AT_ONCE);
        due.into_iter().map(|(_, pane)| pane).collect()
    }

    fn keep(
        &mut self,
        socket: &Socket,
        server: &ServerFacts,
        captured: impl Iterator<Item = capture::Captured>,
        now: Moment,
    ) {
        for one in captured {
            let Some(pane) = server.panes.iter().find(|pane| pane.pane == one.pane) else { continue };
            let shot = Shot { at: now.wall, pid: one.pid, screen: one.screen };
            let taken = Taken {
                shot: Arc::new(shot),
                at: now.steady,
                size: (pane.width, pane.height),
                activity: pane.activity.known().copied(),
            };
            self.taken.insert(PaneKey { socket: socket.clone(), pane: one.pane }, taken);
        }
    }
}

/// Whether a pane's last capture may be out of date. Activity is told in whole seconds: bytes that came in the second of
/// the capture may have come after it.
fn is_due(how: Look, pane: &PaneFacts, taken: Option<&Taken>, now: Instant) -> bool {
    let Some(taken) = taken else { return true };
    let age = now.saturating_duration_since(taken.at);
    if (pane.width, pane.height) != taken.size || age >= SWEEP_EVERY {
        return true;
    }
    let activity = pane.activity.known().copied();
    let moved = activity != taken.activity;
    let may_have = activity.is_none_or(|activity| activity.as_second() >= taken.shot.at.as_second());
    let old_enough = if moved { MOVING_EVERY } else { Duration::from_secs(1) };
    (moved || may_have) && (age >= old_enough || how == Look::Again)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fleet::{fixtures, reading::Reading},
        screen::{Screen, Size},
    };

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    /// A pane captured at second 100 of the wall, whose window had moved at `activity` by then; looked at `later`,
    /// when its window has moved at `moved`.
    fn check(activity: i64, moved: i64, later: Duration, expected: bool) {
        check_how(Look::Usual, activity, moved, later, expected);
    }

    fn check_how(how: Look, activity: i64, moved: i64, later: Duration, expected: bool) {
        let now = crate::adapter::clock::now().steady;
        let size = Size { rows: 24, cols: 80 };
        let shot = Shot { at: second(100), pid: 7, screen: Screen::new(size) };
        let mut pane = fixtures::pane("a", 1);
        let taken =
            Taken { shot: Arc::new(shot), at: now, size: (pane.width, pane.height), activity: Some(second(activity)) };
        pane.activity = Reading::Known(second(moved));
        assert_eq!(is_due(how, &pane, Some(&taken), now + later), expected, "{how:?} {activity} {moved} {later:?}");
    }

    #[test]
    fn what_has_not_moved_is_left_alone_until_the_sweep() {
        check(90, 90, Duration::from_secs(5), false);
        check(90, 90, SWEEP_EVERY, true);
    }

    #[test]
    fn what_moved_in_the_second_of_the_capture_is_captured_once_more() {
        check(100, 100, Duration::from_millis(500), false);
        check(100, 100, Duration::from_secs(1), true);
    }

    #[test]
    fn a_second_look_captures_again_whatever_may_have_moved_and_nothing_else() {
        let soon = Duration::from_millis(300);
        check_how(Look::Again, 100, 100, soon, true);
        check_how(Look::Again, 99, 101, soon, true);
        check_how(Look::Again, 90, 90, soon, false);
    }

    #[test]
    fn what_moves_all_the_time_is_captured_at_intervals() {
        check(99, 101, Duration::from_secs(1), false);
        check(99, 102, Duration::from_secs(2), true);
    }
}
