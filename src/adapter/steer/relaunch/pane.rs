//! Starting an agent again in the pane that it has: by the pane's own command, or, where that is nothing but a shell in
//! which somebody typed, by what the roster says. It only makes the command line.

use super::{
    super::{
        Steer,
        job::LIMIT,
        lines::{Line, Lines},
    },
    launcher,
};
use crate::{
    adapter::{exec::Exec, identity::Who},
    fleet::{
        order::{Aim, PaneAim, Refusal, launch::Launch},
        runtime::{is_shell, program_of},
        text::visible,
    },
};

/// The command line that starts it again in its pane.
pub(in super::super) async fn respawn(steer: &Steer, who: &Who, aim: &Aim, pane: PaneAim) -> Result<Line, Refusal> {
    let version = aim.version.as_deref().unwrap_or_default();
    let lines = Lines { tmux: steer.watch.tmux(), socket: &aim.socket, version };
    if !is_only_a_shell(&own_command(steer, aim, pane).await?) {
        return Ok(lines.respawn(pane).into());
    }
    let name = visible(&aim.name);
    let launch = launch_of(steer, who, aim).await.ok_or_else(|| {
        Refusal::NoLaunch(format!("its pane was started as a shell, and nothing is known of how {name} is started"))
    })?;
    let exec: &dyn Exec = steer.hand.as_ref();
    if exec.stat(launch.directory.clone().into()).await.is_err() {
        return Err(Refusal::NoLaunch(format!("its directory {} does not exist", visible(&launch.directory))));
    }
    let path = launcher::path();
    if let Some(why) = launcher::missing(exec, &launch, &path).await {
        return Err(Refusal::NoLaunch(why));
    }
    Ok(lines.respawn_with(pane, &launch, &path))
}

/// How it is launched, with its env file laid over what the roster says.
pub(super) async fn launch_of(steer: &Steer, who: &Who, aim: &Aim) -> Option<Launch> {
    let launch = aim.launch.clone()?;
    let exec: &dyn Exec = steer.hand.as_ref();
    let Some(path) = aim.agent().map(|agent| steer.watch.files(who).env_file(&agent)) else { return Some(launch) };
    match exec.read(vec![path], 64 * 1024).await.pop() {
        Some(Ok(content)) => Some(launch.with_env_file(&String::from_utf8_lossy(&content.bytes))),
        _ => Some(launch),
    }
}

/// The programs that it may be beside the known runtimes: an agent may be a shell's script.
pub(super) fn programs(aim: &Aim) -> Vec<String> {
    let Some(launch) = &aim.launch else { return Vec::new() };
    let words = launch.command.iter().flat_map(|command| command.split_whitespace());
    let names = words.chain([launch.runtime.as_str()]).filter_map(program_of);
    names.filter(|name| !name.starts_with('-') && !is_shell(name)).collect()
}

/// The command that the pane was started with; empty where that is the user's shell.
async fn own_command(steer: &Steer, aim: &Aim, pane: PaneAim) -> Result<String, Refusal> {
    let exec: &dyn Exec = steer.hand.as_ref();
    let words = ["display-message", "-p", "-t", &pane.id.to_string(), "#{pane_start_command}"].map(str::to_owned);
    let unknown = |why: String| {
        Refusal::Unreachable(format!("how the pane of {} was started is not known: {why}", visible(&aim.name)))
    };
    let asked = exec.run(&steer.watch.tmux().argv(&aim.socket, words), LIMIT).await;
    let output = asked.map_err(|error| unknown(error.to_string()))?;
    match output.status {
        0 => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        _ => Err(unknown(output.complaint())),
    }
}

/// Whether a command is none, or a shell that waits for what is typed: `bash`, `/bin/zsh -l`.
fn is_only_a_shell(command: &str) -> bool {
    let plain = command.trim_matches('"');
    let Some(program) = program_of(plain) else { return true };
    let is_program = |word: &&str| word.rsplit('/').next().is_some_and(|name| name.trim_start_matches('-') == program);
    let rest: Vec<&str> = plain.split_whitespace().skip_while(|word| !is_program(word)).skip(1).collect();
    is_shell(&program) && rest.iter().all(|word| word.starts_with('-') && !word.contains('c'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pane_whose_command_is_a_shell_has_no_command_of_its_own() {
        for (command, shell) in [
            ("", true),
            ("bash", true),
            ("\"/bin/zsh -l\"", true),
            ("exec -a x bash", false),
            ("bash -lc claude", false),
            ("bash agent.sh", false),
            ("exec claude --continue", false),
            ("mosaic yolo claude", false),
        ] {
            assert_eq!(is_only_a_shell(command), shell, "{command:?}");
        }
    }
}
