//! Where a launch of an agent would keep its runtime's record of trust, by the agent's own environment. It reads only;
//! `steer` writes.

use std::collections::BTreeMap;

use super::{exec::Exec, files::Files};
use crate::fleet::order::launch::Launch;

/// An env file is some lines.
const ENV_FILE_MOST: usize = 64 * 1024;
/// A process's environment.
const ENVIRON_MOST: usize = 1024 * 1024;
/// What says where the files are.
const WANTED: [&str; 4] = ["HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME", "MOSAIC_CLAUDE_JSON"];

/// A launch with its env file laid over it, and the environment that it would have, as far as it can be known: what the
/// user manager gives, what the agent runs with now, the roster's, the env file's; the later ones win.
pub(super) async fn surroundings(
    exec: &dyn Exec,
    files: &Files,
    launch: Launch,
    manager: Option<&BTreeMap<String, String>>,
    runs: Option<u32>,
) -> (Launch, BTreeMap<String, String>) {
    let read = |path| async { exec.read(vec![path], ENV_FILE_MOST.max(ENVIRON_MOST)).await.pop()?.ok() };
    let launch = match launch.name.parse().ok().map(|agent| files.env_file(&agent)) {
        Some(path) => match read(path).await {
            Some(content) => launch.with_env_file(&String::from_utf8_lossy(&content.bytes)),
            None => launch,
        },
        None => launch,
    };
    let mut env: BTreeMap<String, String> = manager.cloned().unwrap_or_default();
    env.retain(|key, _| WANTED.contains(&key.as_str()));
    if let Some(pid) = runs
        && let Some(content) = read(format!("/proc/{pid}/environ").into()).await
    {
        env.extend(variables(&content.bytes));
    }
    env.extend(launch.env.clone());
    (launch, env)
}

/// The variables that matter here, of `/proc/<pid>/environ`.
fn variables(environ: &[u8]) -> BTreeMap<String, String> {
    let pair = |pair: &[u8]| {
        let (key, value) = std::str::from_utf8(pair).ok()?.split_once('=')?;
        WANTED.contains(&key).then(|| (key.to_owned(), value.to_owned()))
    };
    environ.split(|byte| *byte == 0).filter_map(pair).collect()
}
