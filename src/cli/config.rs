//! The configuration file: where it is, what it says, and `mosaic-top config`.

use std::{
    env,
    path::{Path, PathBuf},
};

use clap::Args;
use color_eyre::eyre::Result;

use super::{Exit, Globals, complain, say};
use crate::{
    adapter::{
        Look, Observer,
        config_file::{ConfigFile, ConfigRead},
    },
    app::{policies, settings::Settings},
    config::example,
};

/// The variable that names another file.
const VARIABLE: &str = "MOSAIC_TOP_CONFIG";

/// The configuration: an example with every option, or what is wrong with yours
///
/// Without options it prints the example, every option with its default, commented out. The file is the one of
/// --config, else of `MOSAIC_TOP_CONFIG` (not with --read-only), else mosaic-top/mosaic-top.yaml under `$XDG_CONFIG_HOME` (~/.config).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mosaic-top config > ~/.config/mosaic-top/mosaic-top.yaml
  mosaic-top config --check

Exit codes: 0 nothing is wrong with it, 3 there are problems; stderr has them all")]
pub(super) struct Config {
    /// Read your file and say everything that is wrong with it
    #[arg(long)]
    check: bool,
}

impl Config {
    /// Prints the example, or checks the file.
    pub(super) async fn run(&self, globals: &Globals) -> Result<Exit> {
        if !self.check {
            say(&example::yaml())?;
            return Ok(Exit::Done);
        }
        let (_, mut settings) = match load(globals).await {
            Ok(loaded) => loaded,
            Err(exit) => return Ok(exit),
        };
        hold_against_rules(globals, &mut settings).await;
        let Some(path) = settings.path.clone() else {
            say("there is no configuration, so every option has its default\n")?;
            return Ok(Exit::Done);
        };
        let all = settings.all_problems();
        for problem in &all {
            complain(&problem.show(&path));
        }
        if all.iter().any(|problem| problem.error) {
            return Ok(Exit::Usage);
        }
        say(&format!("{path}: no problems\n"))?;
        Ok(Exit::Done)
    }
}

/// Which rules are in force, and which runtimes there are, the fleet says: only policies need it.
async fn hold_against_rules(globals: &Globals, settings: &mut Settings) {
    let policies = &settings.config.prompts.written;
    if policies.is_empty() {
        return;
    }
    let mut observer = Observer::new(globals.watch(), globals.socket());
    let Some(rules) = observer.look(Look::Usual).await.facts.rules.rules else {
        complain("mosaic-top: the rules could not be read, so policies were not held against them");
        return;
    };
    settings.misfits = policies::misfits(policies, &rules, observer.roster());
}

/// The file, when there is a place for one, and what it says.
pub(super) type Loaded = (Option<ConfigFile>, Settings);

/// Reads the configuration. A file that was named and is not there is wrong usage; one that is not where it would be by
/// default is nothing.
pub(super) async fn load(globals: &Globals) -> Result<Loaded, Exit> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // A watcher's own environment must not choose what a forced command reads: there only the line does.
    let chosen = || variable(VARIABLE).filter(|_| !globals.read_only);
    let named = globals.config.clone().or_else(chosen);
    let path = named.clone().or_else(|| default_path(variable("XDG_CONFIG_HOME"), variable("HOME")));
    let Some(path) = path else { return Ok((None, Settings::default())) };
    let shown = path.display().to_string();
    let file = ConfigFile::new(path);
    let mut file = if named.is_some() { file.named() } else { file };
    let settings = match file.look().await {
        Some(ConfigRead::Text(text)) => Settings::read(&shown, &text),
        Some(ConfigRead::Missing(words)) if named.is_some() => {
            complain(&format!("mosaic-top: no configuration: {words}"));
            return Err(Exit::Usage);
        }
        Some(ConfigRead::Failed(words)) => Settings::unreadable(&shown, &words),
        Some(ConfigRead::Missing(_)) | None => Settings::default(),
    };
    Ok((Some(file), settings))
}

/// For a verb that ends: nothing is done by half a configuration. All problems go to stderr.
pub(super) fn strictly(loaded: Loaded) -> Result<Loaded, Exit> {
    let path = loaded.1.path.clone().unwrap_or_default();
    loaded.1.problems.iter().for_each(|problem| complain(&problem.show(&path)));
    if loaded.1.problems.is_empty() { Ok(loaded) } else { Err(Exit::Usage) }
}

/// The XDG base directory specification: a path that is not absolute counts as not set.
fn default_path(config_home: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let base = config_home.filter(|path| path.is_absolute()).or_else(|| home.map(|home| home.join(".config")));
    base.map(|base| base.join(Path::new("mosaic-top/mosaic-top.yaml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_where_xdg_says() {
        let check = |config: Option<&str>, home: Option<&str>, wanted: Option<&str>| {
            assert_eq!(default_path(config.map(PathBuf::from), home.map(PathBuf::from)), wanted.map(PathBuf::from));
        };
        check(Some("/c"), Some("/h"), Some("/c/mosaic-top/mosaic-top.yaml"));
        check(Some("c"), Some("/h"), Some("/h/.config/mosaic-top/mosaic-top.yaml"));
        check(None, Some("/h"), Some("/h/.config/mosaic-top/mosaic-top.yaml"));
        check(None, None, None);
    }
}
