//! The pipe's command: passes its standard input on to the tap and ends. Never reads a byte of it.

use std::{
    io::{self, IoSlice},
    mem::MaybeUninit,
    os::{fd::AsFd, unix::net::UnixStream},
    path::Path,
    time::Duration,
};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

use super::wire::{Greeting, Who};

/// A tap that does not take the pipe within this time is dead; the pipe then falls at the pane's next output.
const PATIENCE: Duration = Duration::from_secs(2);

/// Sends standard input to the tap that listens at `socket`.
pub fn run(socket: &Path, pane: u32, generation: &str) -> io::Result<()> {
    let stream = UnixStream::connect(socket)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let line = Greeting::line(None, Who::Handoff { pane, generation: generation.to_owned() });
    let stdin = io::stdin();
    let pipe = [stdin.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    if !beside.push(SendAncillaryMessage::ScmRights(&pipe)) {
        return Err(io::Error::other("no room for the pipe beside the greeting"));
    }
    let sent = sendmsg(&stream, &[IoSlice::new(&line)], &mut beside, SendFlags::empty())?;
    if sent == line.len() { Ok(()) } else { Err(io::Error::other("the tap took only part of the greeting")) }
}
