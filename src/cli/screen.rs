//! `mosaic-top screen AGENT`: what the mirror of one agent holds.

use std::time::Duration;

use clap::Args;
use color_eyre::eyre::{Result, bail, eyre};
use serde_json::{Value, json};

use super::{
    Exit, Globals,
    front::{Front, agent},
    say,
};
use crate::{
    adapter::tap::client::Mirror,
    fleet::{
        facts::{HostFacts, ServerState},
        judgement::Flag,
        mirror::{Feed, MirrorNews},
        row::{Pane, Row},
    },
    screen::{Colour, Screen as Picture, Style},
};

/// What the mirror of one agent holds
///
/// Opens the mirror the way the dashboard does, prints the screen and leaves. The agent does not notice.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top screen coder0
  mosaic-top screen coder0 --ansi | less -R
  mosaic-top screen coder0 --wait 2000    after watching for two seconds")]
pub struct Screen {
    /// The agent's name, which is its tmux session's, or its alias
    pub agent: String,
    /// With its colours and attributes
    #[arg(long, conflicts_with = "json")]
    pub ansi: bool,
    /// Cells and cursor as JSON
    #[arg(long)]
    pub json: bool,
    /// Keep the mirror open for so many milliseconds before printing
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub wait: u64,
}

impl Screen {
    /// Opens the mirror, prints, leaves.
    pub async fn run(&self, globals: &Globals) -> Result<Exit> {
        let mut front = Front::open(globals).await;
        let shown = match front.look(globals).await {
            Ok(shown) => shown,
            Err(exit) => return Ok(exit),
        };
        let row = agent(&self.agent, &shown.fleet)?;
        let (pane, server) = target(row, &shown.facts)?;
        let mirror = front.watch.mirrors(&pane.key.socket, server).open(pane.key.pane);
        let (screen, feed) = watch(mirror, Duration::from_millis(self.wait)).await?;
        let text = match () {
            () if self.json => serde_json::to_string(&json(row, &screen, feed))? + "\n",
            () if self.ansi => screen.ansi().join("\n") + "\n",
            () => screen.text().join("\n") + "\n",
        };
        say(&text)?;
        Ok(Exit::Done)
    }
}

/// The pane that shows an agent, and the pid of its server.
fn target<'a>(row: &'a Row, facts: &HostFacts) -> Result<(&'a Pane, u32)> {
    let name = &row.name;
    if row.has(Flag::Own) {
        bail!("{name} is the pane that this program runs in; it is not mirrored");
    }
    let Some(pane) = row.mirror_pane() else {
        let why = row.judgement.cause.as_ref().map_or("it has no session", |cause| cause.says.as_str());
        bail!("{name} has no pane: {why}");
    };
    match facts.servers.get(&pane.key.socket).map(|server| &server.state) {
        Some(ServerState::Up { pid, .. }) => Ok((pane, *pid)),
        _ => bail!("the tmux server of {name} (socket {}) does not answer", pane.key.socket),
    }
}

/// The picture after so long: the first one, and what came until then.
async fn watch(mut mirror: Mirror, wait: Duration) -> Result<(Picture, Feed)> {
    let mut seen = None;
    let until = tokio::time::sleep(wait);
    tokio::pin!(until);
    loop {
        let news = tokio::select! {
            () = &mut until, if seen.is_some() => break,
            news = mirror.news.recv() => news,
        };
        match news {
            Some(MirrorNews::Picture { screen, feed, .. }) => seen = Some((*screen, feed)),
            Some(MirrorNews::Bytes { bytes, .. }) => {
                if let Some((screen, _)) = &mut seen {
                    screen.feed(&bytes);
                }
            }
            Some(MirrorNews::Gone(why)) => bail!("the mirror ended: {why}"),
            Some(MirrorNews::Opening | MirrorNews::Unrecorded(_)) => {}
            None => break,
        }
    }
    seen.ok_or_else(|| eyre!("the mirror ended before there was a picture"))
}

/// `screen --json`: the size, the cursor, how it is fed, and each row as runs of equal style.
fn json(row: &Row, screen: &Picture, feed: Feed) -> Value {
    let (size, cursor) = (screen.size(), screen.cursor());
    let rows: Vec<Value> = (0..size.rows)
        .map(|line| {
            let cells = (0..size.cols).filter_map(|col| screen.cell(line, col)).filter(|cell| !cell.continuation);
            let mut runs: Vec<(String, Style)> = Vec::new();
            for cell in cells {
                let text = if cell.text.is_empty() { " " } else { cell.text };
                match runs.last_mut() {
                    Some((said, style)) if *style == cell.style => said.push_str(text),
                    _ => runs.push((text.to_owned(), cell.style)),
                }
            }
            runs.into_iter().map(|(text, style)| run(&text, style)).collect()
        })
        .collect();
    json!({
        "schema": 1,
        "tenant_id": row.tenant,
        "host": row.key.host,
        "agent": row.name,
        "socket": row.key.socket.name(),
        "width": size.cols,
        "height": size.rows,
        "cursor": { "row": cursor.row, "col": cursor.col, "shown": cursor.shown },
        "alternate": screen.alternate(),
        "feed": match feed { Feed::Live => "live", Feed::Polled => "polled" },
        "rows": rows,
    })
}

fn run(text: &str, style: Style) -> Value {
    let mut run = json!({ "text": text });
    for (name, colour) in [("fg", style.fg), ("bg", style.bg)] {
        match colour {
            Colour::Default => {}
            Colour::Indexed(index) => run[name] = json!(index),
            Colour::Rgb(r, g, b) => run[name] = json!(format!("#{r:02x}{g:02x}{b:02x}")),
        }
    }
    let attributes = [
        ("bold", style.bold),
        ("dim", style.dim),
        ("italic", style.italic),
        ("underline", style.underline),
        ("inverse", style.inverse),
    ];
    for (name, _) in attributes.into_iter().filter(|(_, on)| *on) {
        run[name] = json!(true);
    }
    run
}
