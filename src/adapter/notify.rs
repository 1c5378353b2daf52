//! Tells the operator by programs of the operator's own: `notify-send`, or a hook that gets the event on its standard
//! input. No shell reads a word of it, and nothing of the fleet is changed.

use std::{process::Stdio, time::Duration};

use tokio::io::AsyncWriteExt;

use super::exec::{Argv, local::command};

/// A program that takes longer is ended.
const LIMIT: Duration = Duration::from_secs(10);

/// Runs a program with this standard input, and says in the log when that failed.
pub async fn tell(words: Vec<String>, stdin: String) {
    let argv = Argv::new(words);
    let run = async {
        let mut child = command(&argv).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        if let Some(mut pipe) = child.stdin.take() {
            // A program that does not read its input is not at fault.
            let _ = pipe.write_all(stdin.as_bytes()).await;
        }
        child.wait().await
    };
    match tokio::time::timeout(LIMIT, run).await {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => tracing::warn!(program = argv.program(), %status, "a notification failed"),
        Ok(Err(error)) => tracing::warn!(program = argv.program(), %error, "a notification could not be given"),
        Err(_) => tracing::warn!(program = argv.program(), "a notification took too long and was ended"),
    }
}
