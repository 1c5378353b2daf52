//! The lines of the table: the order is that of the footer, and within a group that of the help.
//!
//! PURE data. What a line means stands in [`super`].

use super::{
    Action as A, ActionSpec,
    Danger::{Changes, Destroys},
    Group as G,
    when::{
        acknowledges, acts, answers, broadcasts, follows, goes_back, has_receipts, holds, in_fleet, in_list,
        interrupts, marks, on_fleet, on_wall, opens, scrolls_back, searches, takes, trusts, turns, with_a_shell,
        with_mirror, with_rows, zoomed,
    },
};
use crate::fleet::sort::Column;

const fn line(id: A, group: G, name: &'static str, keys: &'static [&'static str], words: &'static str) -> ActionSpec {
    ActionSpec::new(id, group, name, keys, words)
}

const fn sort(column: Column, name: &'static str, keys: &'static [&'static str], words: &'static str) -> ActionSpec {
    line(A::SortBy(Some(column)), G::List, name, keys, words).when(in_fleet)
}

pub(super) static TABLE: &[ActionSpec] = &[
    line(A::Follow, G::Mirror, "follow", &["f"], "follow the agent again, as Esc and G do")
        .short("follow")
        .when(follows),
    line(A::Answer, G::Act, "answer", &["a"], "answer the prompt that is up: shows what can be chosen, and you choose")
        .short("answer")
        .danger(Changes)
        .of_agent()
        .when(answers),
    line(
        A::Acknowledge,
        G::Act,
        "acknowledge",
        &["x"],
        "somebody looks after it: what needs you is quiet until it changes",
    )
    .short("acknowledge")
    .danger(Changes)
    .when(acknowledges),
    line(A::Send, G::Act, "send", &["s"], "write a message to the selected or the marked, and see that it arrived")
        .short("send")
        .danger(Changes)
        .of_agent()
        .when(acts),
    line(A::Broadcast, G::Act, "broadcast", &["S"], "write a message to all that are listed; shows who gets it")
        .danger(Changes)
        .when(broadcasts),
    line(A::Interrupt, G::Act, "interrupt", &["i"], "interrupt the current turn")
        .short("interrupt")
        .danger(Changes)
        .of_agent()
        .when(interrupts),
    line(A::Reset, G::Act, "reset", &["r"], "begin a new conversation")
        .short("reset")
        .danger(Destroys)
        .of_agent()
        .when(acts),
    line(A::Relaunch, G::Act, "relaunch", &["R"], "start it again: its unit, else its pane, else a new session")
        .short("relaunch")
        .danger(Destroys)
        .of_agent()
        .when(acts),
    line(A::Trust, G::Act, "trust", &["d"], "trust its directory for the next launch; asks first")
        .danger(Changes)
        .of_agent()
        .when(trusts),
    line(A::Pause, G::Act, "pause", &["p"], "pause the agent, or let it go on; asks for a reason")
        .short("pause")
        .danger(Changes)
        .of_agent()
        .when(acts),
    line(
        A::Take,
        G::Act,
        "take",
        &["t"],
        "take over: your keys go to the agent until Ctrl-] (`take.leave`); asks first",
    )
    .short("take over")
    .danger(Changes)
    .of_agent()
    .when(takes),
    line(
        A::TakeWhole,
        G::Act,
        "take-whole",
        &["T"],
        "the same with the whole terminal, until tmux's own detach; asks first",
    )
    .danger(Changes)
    .of_agent()
    .when(takes),
    line(A::PauseFleet, G::Act, "pause-fleet", &["P"], "pause the whole fleet, or let it go on; asks for a reason")
        .danger(Changes)
        .when(on_fleet),
    line(A::Receipts, G::Act, "receipts", &["J"], "the receipts of the last order, one for each agent")
        .when(has_receipts),
    line(
        A::Open,
        G::Move,
        "open",
        &["Enter"],
        "open the selected agent: its mirror and all that is known of it; on the wall, zoom it",
    )
    .short("open")
    .of_agent()
    .when(opens),
    line(A::Back, G::Move, "back", &["Esc"], "one step back: out of the agent, then filter, faults only and marks")
        .short("back")
        .when(goes_back),
    line(A::Fleet, G::Move, "fleet", &["1"], "the fleet"),
    line(A::Wall, G::Move, "wall", &["2"], "the wall: live mirrors of all that are listed, a page at a time")
        .short("wall"),
    line(A::Attention, G::Move, "attention", &["3"], "what needs a human, worst first").short("attention"),
    line(A::Log, G::Move, "log", &["4"], "every action that was taken, from here or by others, the newest first")
        .short("log"),
    line(
        A::Down,
        G::Move,
        "down",
        &["j", "Down"],
        "the next agent; scrolls the agent's facts, the help and a zoomed mirror",
    ),
    line(A::Up, G::Move, "up", &["k", "Up"], "the previous one"),
    line(A::PageDown, G::Move, "page-down", &["PgDn", "Ctrl-D"], "a page down"),
    line(A::PageUp, G::Move, "page-up", &["PgUp", "Ctrl-U"], "a page up"),
    line(A::Top, G::Move, "first", &["g", "Home"], "the first one"),
    line(A::Bottom, G::Move, "last", &["G", "End"], "the last one"),
    line(A::NextNeedsYou, G::Move, "next-needs-you", &["w"], "the next agent that needs you")
        .short("needs you")
        .when(with_rows),
    line(A::Next, G::Move, "next", &["n"], "the next agent of the list, around its end").when(with_rows),
    line(A::Previous, G::Move, "previous", &["N"], "the previous agent of the list, around its end").when(with_rows),
    line(A::Filter, G::List, "filter", &["/"], "filter as you type: text, !text, class:code, state:stuck, flag:drift")
        .short("filter")
        .when(in_list),
    line(A::FaultsOnly, G::List, "faults-only", &["Ctrl-F"], "only agents at fault, or all again")
        .short("faults")
        .when(in_fleet),
    line(A::Mark, G::List, "mark", &["Space"], "mark or unmark the agent, and go on to the next")
        .short("mark")
        .of_agent()
        .when(marks),
    line(A::MarkRange, G::List, "mark-range", &["Ctrl-Space"], "mark everything from the last mark to here")
        .when(marks),
    line(A::MarkAll, G::List, "mark-all", &["*"], "mark all that are listed, or none if they were").when(marks),
    line(A::SortBy(None), G::List, "sort-attention", &["o o"], "attention order: worst first (the default)")
        .when(in_fleet),
    sort(Column::Agent, "sort-agent", &["o a"], "sort by name"),
    sort(Column::Class, "sort-class", &["o c"], "sort by class"),
    sort(Column::Runtime, "sort-runtime", &["o r"], "sort by runtime"),
    sort(Column::State, "sort-state", &["o s"], "sort by state"),
    sort(Column::Idle, "sort-idle", &["o i"], "sort by idle time, longest first"),
    sort(Column::Heartbeat, "sort-heartbeat", &["o h"], "sort by the heartbeat's age, oldest first"),
    sort(Column::Flags, "sort-flags", &["o f"], "sort by flags, worst first"),
    sort(Column::Doing, "sort-doing", &["o g"], "sort by what it is doing"),
    sort(Column::Context, "sort-context", &["o x"], "sort by how full its context is, fullest first"),
    sort(Column::Model, "sort-model", &["o m"], "sort by model"),
    sort(Column::Unit, "sort-unit", &["o u"], "sort by unit"),
    sort(Column::Pid, "sort-pid", &["o p"], "sort by the pane's process"),
    sort(Column::Command, "sort-command", &["o d"], "sort by the pane's command"),
    sort(Column::Host, "sort-host", &["o n"], "sort by host"),
    sort(Column::Socket, "sort-socket", &["o k"], "sort by tmux server"),
    line(A::Columns, G::List, "columns", &["c"], "choose the columns, and their order; remembered").when(in_fleet),
    line(A::Reverse, G::List, "reverse", &["O"], "turn the order around").when(in_fleet),
    line(A::Zoom, G::Mirror, "zoom", &["z"], "the mirror alone, or back; then the moving keys pan")
        .short("zoom")
        .of_agent()
        .when(with_mirror),
    line(A::Left, G::Mirror, "left", &["h", "Left"], "pan left in zoom; the tile to the left on the wall").when(zoomed),
    line(A::Right, G::Mirror, "right", &["l", "Right"], "pan right in zoom; the tile to the right on the wall")
        .when(zoomed),
    line(A::Larger, G::Mirror, "larger-tiles", &["+", "="], "larger tiles on the wall").when(on_wall),
    line(A::Smaller, G::Mirror, "smaller-tiles", &["-"], "smaller tiles on the wall, and more of them").when(on_wall),
    line(
        A::ScrollBack,
        G::Mirror,
        "scroll-back",
        &["["],
        "scroll back into what tmux keeps above the screen; then the moving keys and the wheel scroll, G follows again",
    )
    .short("scroll back")
    .of_agent()
    .when(scrolls_back),
    line(
        A::Search,
        G::Mirror,
        "search",
        &["/"],
        "search as you type: in the help; in a zoomed mirror and above it, upwards",
    )
    .short("search")
    .over()
    .when(searches),
    line(
        A::Hold,
        G::Mirror,
        "hold",
        &["Space"],
        "hold the picture of the zoomed mirror, or let it go on; the agent goes on",
    )
    .short("hold")
    .over()
    .when(holds),
    line(A::Older, G::Mirror, "older", &["n"], "the next older line that holds what is looked for")
        .short("older")
        .over()
        .when(turns),
    line(A::Newer, G::Mirror, "newer", &["N"], "the next newer one").short("newer").over().when(turns),
    line(A::Copy, G::Mirror, "copy", &["y"], "copy the mirror's text, or what is marked, to the clipboard (OSC 52)")
        .short("copy")
        .of_agent()
        .when(with_mirror),
    line(A::Replay, G::Mirror, "replay", &["H"], "play what the flight recorder kept of the agent")
        .of_agent()
        .when(with_rows),
    line(
        A::Problems,
        G::Program,
        "problems",
        &["!"],
        "all that is wrong with the fleet as a whole and with its roster",
    ),
    line(
        A::Command,
        G::Program,
        "command",
        &[":"],
        "any action by its name, on the agent that is named behind it; Tab completes",
    ),
    line(A::Refresh, G::Program, "refresh", &["Ctrl-R"], "gather facts now, the unit files too"),
    line(A::Repaint, G::Program, "repaint", &["Ctrl-L"], "draw the screen afresh"),
    line(A::Suspend, G::Program, "suspend", &["Ctrl-Z"], "stop; fg goes on").when(with_a_shell),
    line(A::Help, G::Program, "help", &["?", "F1"], "this help").short("help"),
    line(A::Quit, G::Program, "quit", &["q", "Ctrl-C"], "leave; the agents go on").short("quit"),
];
