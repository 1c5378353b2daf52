//! `mosaic-top send AGENT…`: a message with its preamble, submitted; with `--verify`, and a receipt.

use std::{
    io::{self, IsTerminal, Read},
    path::PathBuf,
};

use clap::Args;
use color_eyre::eyre::Result;

use super::{Common, Deck, Force, timing, usage};
use crate::{
    cli::{Exit, Globals, access::Access, complain},
    fleet::{
        delivery::{Kind, WhenBusy, WhenDraft},
        message::{Body, Class, Label, Message},
        order::{Act, Letter},
        words::count,
    },
};

/// A message to one or more agents
///
/// It carries its sender, arrives as one message and is submitted. Nothing is typed into an agent that stands at a
/// prompt, is busy, or holds somebody's draft. With --verify it waits for evidence that the agent has it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top send coder0 -m 'rebase on main, please' --verify
  git diff | mosaic-top send review --class actionable
  mosaic-top send coder0 coder1 -f task.md --queue
  mosaic-top send coder0 --raw -m /compact")]
pub struct Send {
    /// The agents' names or aliases
    #[arg(required = true, value_name = "AGENT")]
    pub agents: Vec<String>,
    /// The message
    #[arg(short, long, value_name = "TEXT", conflicts_with = "file")]
    pub message: Option<String>,
    /// A file that holds it; without -m and -f, and with `-`, it is read from standard input
    #[arg(short, long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Wait for a verdict and print it
    #[arg(long)]
    pub verify: bool,
    /// How long to wait for the verdict, in milliseconds [default: 6000, or `send.timeout`]
    #[arg(long, value_name = "MS")]
    pub timeout: Option<u64>,
    /// What it asks for: terminal-log, actionable, human or reaction
    #[arg(long, value_name = "CLASS", conflicts_with = "raw")]
    pub class: Option<String>,
    /// Who it is from [default: HOST:SESSION inside tmux, else operator:mosaic-top]
    #[arg(long, value_name = "LABEL", conflicts_with = "raw")]
    pub from: Option<String>,
    /// As it is, without a preamble; a single line that begins with `/` is typed as a command
    #[arg(long)]
    pub raw: bool,
    /// Send to a busy agent, too, where its runtime keeps the message until the turn ends
    #[arg(long)]
    pub queue: bool,
    /// Clear a draft that stands in the composer
    #[arg(long)]
    pub replace_draft: bool,
    /// How to get past a pause.
    #[command(flatten)]
    pub force: Force,
    /// What every changing verb takes.
    #[command(flatten)]
    pub common: Common,
}

impl Send {
    /// Writes a message for each, sends, prints the receipts.
    pub async fn run(&self, globals: &Globals, access: Access) -> Result<Exit> {
        let class = match self.class.as_deref().map(Class::parse).transpose() {
            Ok(class) => class,
            Err(error) => return Ok(usage(&error.to_string())),
        };
        let deck = match Deck::open(globals, access).await {
            Ok(deck) => deck,
            Err(exit) => return Ok(exit),
        };
        let body = match self.body(&deck).await {
            Ok(body) => body,
            Err(why) => return Ok(usage(&why)),
        };
        if body.stripped() > 0 {
            let taken = count(body.stripped(), "hidden or controlling character");
            complain(&format!("mosaic-top: taken out of the message: {taken}"));
        }
        let session = deck.steer.own_session().await;
        let host = deck.host().to_owned();
        let mut each = Vec::new();
        for name in &self.agents {
            let to = format!("{host}:{}", deck.name_of(name));
            let (text, kind) = match self.text(&body, class, &host, session.as_deref(), to) {
                Ok(text) => text,
                Err(why) => return Ok(usage(&why)),
            };
            let order = self.force.order(Act::Send(Letter {
                text,
                kind,
                busy: if self.queue { WhenBusy::Queue } else { WhenBusy::Refuse },
                draft: if self.replace_draft { WhenDraft::Replace } else { WhenDraft::Refuse },
                verify: self.verify,
                timing: timing(self.timeout, globals),
            }));
            each.push((order.clone(), deck.target(&order, name)));
        }
        // Who writes --replace-draft has said what may be lost.
        let common = Common { yes: self.common.yes || self.replace_draft, ..self.common.clone() };
        deck.carry_out(each, &common).await
    }

    async fn body(&self, deck: &Deck) -> Result<Body, String> {
        let text = match (&self.message, &self.file) {
            (Some(message), _) => message.clone(),
            (None, Some(path)) if path.as_os_str() != "-" => deck.steer.text_file(path.clone()).await?,
            _ if io::stdin().is_terminal() => {
                return Err("there is no message. Hint: -m TEXT, -f FILE or standard input".to_owned());
            }
            _ => {
                let mut text = String::new();
                io::stdin().read_to_string(&mut text).map_err(|error| format!("standard input: {error}"))?;
                text
            }
        };
        Body::clean(&text).map_err(|error| error.to_string())
    }

    fn text(
        &self,
        body: &Body,
        class: Option<Class>,
        host: &str,
        session: Option<&str>,
        to: String,
    ) -> Result<(String, Kind), String> {
        let text = body.text().to_owned();
        if self.raw {
            let command = text.starts_with('/') && !text.contains('\n');
            return Ok((text, if command { Kind::Command } else { Kind::Message }));
        }
        let words = |error: crate::fleet::message::MessageError| error.to_string();
        let from = Label::sender(self.from.as_deref(), host, session).map_err(words)?;
        let to = Label::new(to).map_err(words)?;
        Ok((Message { from, to, class, body: text }.write(), Kind::Message))
    }
}
