//! Everything that `update` can ask for.

use crate::{config::memory::Remembered, fleet::ids::PaneKey};

/// One thing to be done outside. Read-only as a whole: nothing here changes an agent, a unit or a file of the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave, restoring the terminal.
    Quit,
    /// Ctrl-Z: restore the terminal, stop, and take it up again when continued.
    Suspend,
    /// Gather facts now instead of at the next second; also reads the unit files again.
    Refresh,
    /// Look a second time in a moment: the last look saw something that one look does not prove.
    Confirm,
    /// Exactly these panes are to be mirrored from now on; a pane that left the list is let go.
    Mirror(Vec<PaneKey>),
    /// Put text on the operator's clipboard (OSC 52).
    Copy(String),
    /// Draw everything afresh (Ctrl-L).
    Repaint,
    /// Remember how the list is shown, for the next start.
    Remember {
        /// Order, filter and columns.
        view: Remembered,
        /// Whether the hint for the first start was put away.
        hint_read: bool,
    },
}
