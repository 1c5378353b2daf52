//! One agent's screen at one moment, as it was captured or as an open mirror held it. Pure data; judged by `gate`.

use jiff::Timestamp;

use crate::screen::Screen;

/// A screen and when it was taken. The same shot serves every look for as long as its pane has not moved since.
#[derive(Debug)]
pub struct Shot {
    /// When it was taken.
    pub at: Timestamp,
    /// The pane's process at that moment: a respawned pane has another.
    pub pid: u32,
    /// The picture.
    pub screen: Screen,
}

/// Two shots of one pane are the same when they were taken at the same moment of the same process.
impl PartialEq for Shot {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.pid) == (other.at, other.pid)
    }
}
