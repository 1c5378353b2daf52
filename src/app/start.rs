//! What the dashboard is told when it starts. PURE data.

use super::settings::Settings;
use crate::{
    config::memory::Remembered,
    fleet::{facts::Limits, ids::Socket, until::Zones},
};

/// What the dashboard is told when it starts.
#[derive(Debug, Clone)]
pub struct Start {
    /// In which the clock is shown, and runtimes tell times.
    pub zones: Zones,
    /// Why changing actions are left out; `None` where they are not. The wall behind it is the adapter's.
    pub read_only: Option<&'static str>,
    /// Whether a shell with job control stands above: one that can continue what was stopped.
    pub job_control: bool,
    /// The terminal's size: columns and rows.
    pub size: (u16, u16),
    /// Times that the environment may set.
    pub limits: Limits,
    /// The home directory of the fleet's user: what `~` in the roster stands for.
    pub home: String,
    /// The socket that was asked for; it stands above the roster's.
    pub socket: Option<Socket>,
    /// The one agent that is watched, full screen; `None` for the whole dashboard.
    pub watched: Option<String>,
    /// Whether that one is taken over: leaving it leaves the program.
    pub takes: bool,
    /// What is configured.
    pub settings: Settings,
    /// What is remembered of this fleet; `None` at the first start.
    pub remembered: Option<Remembered>,
    /// Whether there is a place to remember things in.
    pub remembers: bool,
    /// Whether the keys that matter are named: at the first start.
    pub hint: bool,
}

impl Default for Start {
    /// An operator's own machine, before anything is known of it.
    fn default() -> Self {
        Self {
            zones: Zones::UTC,
            read_only: None,
            job_control: false,
            size: (80, 24),
            limits: Limits::default(),
            home: String::new(),
            socket: None,
            watched: None,
            takes: false,
            settings: Settings::default(),
            remembered: None,
            remembers: false,
            hint: false,
        }
    }
}
