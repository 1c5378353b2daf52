//! `mosaic-top answer AGENT`: the prompt that an agent stands at, its options, and one of them chosen by its words.

use clap::Args;
use color_eyre::eyre::Result;
use serde_json::{Value, json};

use super::{Common, Deck, exit_of, usage, yes};
use crate::{
    cli::{Exit, Globals, access::Access, complain, say},
    fleet::{
        gate::{
            Opt, Prompt,
            answer::{Answer as Machine, Choice},
        },
        order::{Act, Order, Refusal, Reply, Target},
        text::visible,
    },
};

/// The prompt that an agent stands at, and its answer
///
/// Without --option or --safe it prints what can be chosen and what is highlighted; exit code 1 when no prompt is up.
/// An option is chosen by its words, never by its number: the highlight is moved to it, the screen is read again, and
/// it is confirmed only when the right option is highlighted. What installs, quits or deletes asks first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top answer coder0
  mosaic-top answer coder0 --option 'Yes, I trust this folder'
  mosaic-top answer coder0 --safe")]
pub struct Answer {
    /// The agent's name or alias
    #[arg(value_name = "AGENT")]
    pub agent: String,
    /// The option with these words, or the only one that begins so
    #[arg(long, value_name = "TEXT", conflicts_with = "safe")]
    pub option: Option<String>,
    /// What the rule of this prompt calls safe
    #[arg(long)]
    pub safe: bool,
    /// What every changing verb takes.
    #[command(flatten)]
    pub common: Common,
}

impl Answer {
    /// Shows the prompt, or answers it and prints the receipt.
    pub async fn run(&self, globals: &Globals, access: Access) -> Result<Exit> {
        let deck = match Deck::open(globals, access).await {
            Ok(deck) => deck,
            Err(exit) => return Ok(exit),
        };
        // Which prompt it is for is read below.
        let order = |reply| Order::new(Act::Answer(reply));
        let (rule, subject) = (String::new(), String::new());
        let nothing = order(Reply { rule, subject, choice: Choice::Safe, confirmed: false, by_policy: None });
        let refused =
            |(name, refusal): (String, Refusal)| deck.receipt_of_refusal(&nothing, &name, &refusal, &self.common, None);
        let target = match deck.target(&nothing, &self.agent) {
            Ok(target) => target,
            Err(why) => return refused(why).map(exit_of),
        };
        let name = target.name().to_owned();
        let prompt = match deck.steer.prompt(&target).await {
            Ok(prompt) => prompt,
            Err(why) => return refused((name, why)).map(exit_of),
        };
        let choice = match (&self.option, self.safe) {
            (Some(words), _) => Choice::Label(words.clone()),
            (None, true) => Choice::Safe,
            (None, false) => return self.show(&target, prompt.as_ref()),
        };
        let Some(prompt) = prompt else {
            let why = Refusal::Missing(format!("no prompt is up on the screen of {name}"));
            return refused((name, why)).map(exit_of);
        };
        let machine = match Machine::new(prompt.clone(), &choice, true) {
            Ok(machine) => machine,
            Err(why) => return Ok(usage(&visible(&why))),
        };
        let chosen = prompt.options.iter().find(|option| option.label == machine.says());
        if let Some(option) = chosen.filter(|option| option.dangerous && !self.common.yes) {
            let does = option.does.as_deref().unwrap_or("cannot be taken back");
            complain(&format!("{name}: {:?} {does}", option.label));
            match yes() {
                Ok(true) => {}
                Ok(false) => return Ok(Exit::Refused),
                Err(exit) => return Ok(exit),
            }
        }
        let reply = Reply::to(&prompt, choice, chosen.is_some_and(|option| option.dangerous));
        deck.carry_out(vec![(order(reply), Ok(target))], &self.common).await
    }

    fn show(&self, target: &Target, prompt: Option<&Prompt>) -> Result<Exit> {
        if self.common.json {
            let prompt = prompt.map(as_json);
            let (tenant, host) = (&target.tenant, &target.host);
            let line =
                json!({"schema": 1, "tenant_id": tenant, "host": host, "agent": target.name(), "prompt": prompt});
            say(&format!("{line}\n"))?;
        } else if let Some(prompt) = prompt {
            say(&as_text(target.name(), prompt))?;
        } else {
            complain(&format!("{}: no prompt is up on its screen", target.name()));
        }
        Ok(if prompt.is_some() { Exit::Done } else { Exit::Fault })
    }
}

fn as_text(agent: &str, prompt: &Prompt) -> String {
    let mut lines =
        vec![format!("{agent}: {} ({}: {})", visible(&prompt.says), prompt.rule, visible(prompt.line.trim()))];
    lines.extend(prompt.body.rows.iter().map(|row| format!("  │ {}", visible(row))));
    lines.extend(prompt.body.says.iter().map(|says| format!("  ! {says}")));
    for (place, option) in prompt.options.iter().enumerate() {
        let notes = [
            option.selected.then(|| "highlighted".to_owned()),
            option.does.as_deref().map(visible),
            (prompt.safe == Some(place)).then(|| "safe".to_owned()),
            option.dangerous.then(|| "asks first".to_owned()),
        ];
        let notes: Vec<String> = notes.into_iter().flatten().collect();
        let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join(", ")) };
        let mark = if option.selected { "▸" } else { " " };
        lines.push(format!("  {mark} {}{notes}", visible(&option.label)));
    }
    if prompt.human {
        lines.push("  only somebody at its terminal can answer it".to_owned());
    } else if prompt.options.is_empty() {
        lines.push(match prompt.keys.as_slice() {
            [] => "  nothing is known that answers it: look at its screen".to_owned(),
            keys => format!("  --safe presses {}", keys.join(" ")),
        });
    }
    lines.join("\n") + "\n"
}

fn as_json(prompt: &Prompt) -> Value {
    let option = |(place, option): (usize, &Opt)| {
        json!({
            "label": visible(&option.label), "number": option.number, "highlighted": option.selected,
            "does": option.does, "dangerous": option.dangerous, "safe": prompt.safe == Some(place),
        })
    };
    let options: Vec<Value> = prompt.options.iter().enumerate().map(option).collect();
    let body: Vec<String> = prompt.body.rows.iter().map(|row| visible(row)).collect();
    json!({
        "body": body, "body_says": prompt.body.says, "rule": prompt.rule, "kind": prompt.kind, "about": prompt.about, "says": visible(&prompt.says),
        "line": visible(prompt.line.trim()), "options": options, "keys": prompt.keys, "human": prompt.human,
        "enter": prompt.enter, "resets": prompt.resets.as_deref().map(visible),
    })
}
