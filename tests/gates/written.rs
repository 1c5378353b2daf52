//! Dialogs that were not recorded, written down from their programs' sources (`written.txt`): each is known by its rule,
//! and none of them is where an agent quotes it.

use std::fs;

use mosaic_top::{
    fleet::gate::{Glance, Seen},
    screen::Size,
};

use crate::recordings::{Recording, directory, draw, rules};

struct Written {
    rule: String,
    runtime: String,
    rows: Vec<String>,
}

fn all() -> Vec<Written> {
    let text = fs::read_to_string(directory().join("written.txt")).unwrap();
    let cases = text.split("\n== ").skip(1);
    cases
        .map(|case| {
            let (head, rows) = case.split_once('\n').unwrap();
            let [rule, runtime, _] = head.split(" | ").collect::<Vec<_>>()[..] else { panic!("three fields: {head}") };
            Written { rule: rule.into(), runtime: runtime.into(), rows: rows.lines().map(str::to_owned).collect() }
        })
        .collect()
}

fn read(runtime: &str, rows: &[String]) -> Seen {
    let screen = draw(Size { rows: u16::try_from(rows.len() + 2).unwrap(), cols: 120 }, rows);
    rules().read(&Glance {
        screen: &screen,
        runtime: Some(runtime),
        version: None,
        title: "",
        cursor_shown: Some(false),
        command: runtime,
        ended: false,
        still: None,
    })
}

#[test]
fn each_is_known_by_its_rule_and_what_its_enter_does_is_never_hidden() {
    for case in all() {
        let prompt = read(&case.runtime, &case.rows).prompt;
        let rule = prompt.as_ref().map(|it| it.rule.as_str());
        assert_eq!(rule, Some(case.rule.as_str()), "{}", case.rows.join("\n"));
        let prompt = prompt.unwrap();
        let safe = prompt.safe.map(|at| &prompt.options[at]);
        assert!(safe.is_none_or(|safe| !safe.dangerous), "what is called safe is dangerous: {prompt:?}");
        assert!(prompt.options.is_empty() || prompt.selected().is_some(), "{prompt:?}");
    }
}

/// The safe answer by its words.
#[test]
fn the_safe_answer_is_the_one_that_changes_least() {
    for (rule, expected) in [
        ("claude.trust", "Yes, I trust this folder"),
        ("claude.terminal-setup", "No, maybe later with /terminal-setup"),
        ("claude.imports", "No, disable external imports"),
        ("claude.limit-menu", "Stop and wait for limit to reset"),
        ("codex.trust", "Yes, continue"),
        ("codex.restricted", "Open restricted"),
        ("codex.model-nudge", "Keep current model"),
        ("gemini.ide", "No (esc)"),
        ("gemini.limit-menu", "Stop"),
    ] {
        let case = all().into_iter().find(|case| case.rule == rule).unwrap();
        let prompt = read(&case.runtime, &case.rows).prompt.unwrap();
        assert_eq!(prompt.safe.map(|at| prompt.options[at].label.as_str()), Some(expected), "{rule}");
    }
}

/// What is approved is shown with its question, as the screen has it.
#[test]
fn a_prompt_brings_the_text_that_is_answered() {
    for (file, expected) in [
        ("codex/permission-exec-120x40", "$ touch lab-was-here.txt && ls -la"),
        ("codex-0.142.5/permission-exec-80x24", "$ touch lab-was-here.txt && ls -la"),
        ("opencode/permission-bash-120x40", "$ touch lab-was-here.txt && ls -la"),
        ("claude/permission-bash-120x40", "touch lab-was-here.txt && ls -la"),
        ("claude/permission-file-80x24", "../app1/hello.py"),
        ("claude/trust-gate-120x40", "/srv/work-01/proj/work120x40"),
        ("codex/trust-gate-120x40", "/srv/work-01/proj/gitx"),
        ("pi/trust-gate-120x40", "/srv/work-01/proj/pitrust"),
    ] {
        let recording = Recording::named(file);
        let screen = recording.screen();
        let body = rules().read(&recording.glance(&screen)).prompt.unwrap().body;
        assert!(body.rows.iter().any(|row| row.trim() == expected), "{file}: {body:#?}");
    }
    let mut longest = 0;
    for recording in Recording::all() {
        let screen = recording.screen();
        let Some(prompt) = rules().read(&recording.glance(&screen)).prompt else { continue };
        let body = prompt.body;
        longest = longest.max(body.rows.len());
        assert!(
            !body.rows.is_empty() || body.says.is_some(),
            "{}: it is not said that nothing can be told",
            prompt.rule
        );
    }
    assert_eq!(longest, 8, "it is bounded");
}

#[test]
fn above_an_input_line_or_a_shell_or_as_prose_it_is_none() {
    let hosts = ["claude/idle-120x40", "codex/done-120x40", "pi/done-tool-80x24"].map(Recording::named);
    for case in all() {
        for host in &hosts {
            let rows: Vec<String> = case.rows.iter().map(|row| format!("  {row}")).chain(host.rows.clone()).collect();
            let screen = draw(Size { rows: u16::try_from(rows.len()).unwrap(), cols: 122 }, &rows);
            let seen = rules().read(&host.glance(&screen));
            assert!(seen.prompt.is_none(), "{} in {}: {:?}", case.rule, host.file, seen.prompt);
        }
        let shell: Vec<String> = case.rows.iter().cloned().chain(["user@host:~/src$ ".to_owned()]).collect();
        assert!(read(&case.runtime, &shell).prompt.is_none(), "{} above a shell", case.rule);
        // A log-in counts wherever it stands at the bottom: below it may be an address.
        if case.rule.ends_with("login-browser") {
            continue;
        }
        let words: Vec<&str> = case.rows.iter().flat_map(|row| row.split_whitespace()).collect();
        let prose = [format!("● It asks: {} and so on, which is what I looked for in the source.", words.join(" "))];
        assert!(read(&case.runtime, &prose).prompt.is_none(), "{} as prose", case.rule);
    }
}

/// What an error's last words must look like before anybody is called stuck for them.
#[test]
fn an_error_stands_only_in_the_runtimes_own_form_and_as_the_last_word() {
    for (runtime, text, stands) in [
        ("claude", "● Invalid API key · Please run /login", true),
        ("claude", "  ⎿  Not logged in · Please run /login\n\n✻ Brewed for 0s · done 3:12 PM", true),
        ("claude", "● Please run /login · API Error: 401 {\"type\":\"error\"}", true),
        ("claude", "● The service answers \"invalid api key\" now, and the page says: please run /login.", false),
        ("claude", "  ⎿  Invalid API key · Please run /login\n\n● That is what the log says; I have mended it.", false),
        (
            "codex",
            "■ unexpected status 401 Unauthorized: invalid x-api-key, url:\nhttp://127.0.0.1:8099/v1/responses",
            true,
        ),
        ("codex", "■ unexpected status 401 Unauthorized\n\n• It works again.", false),
    ] {
        let composer = if runtime == "claude" {
            "────────\n❯\u{a0}\n────────\n  ? for shortcuts"
        } else {
            "\n› Ask Codex to do anything\n\n  model · ~/x"
        };
        let rows: Vec<String> = format!("{text}\n\n{composer}").lines().map(str::to_owned).collect();
        let screen = draw(Size { rows: 24, cols: 120 }, &rows);
        let seen = rules().read(&Glance {
            screen: &screen,
            runtime: Some(runtime),
            version: None,
            title: "",
            cursor_shown: None,
            command: "",
            ended: false,
            still: None,
        });
        assert_eq!(seen.trouble.as_ref().is_some_and(|it| it.stands), stands, "{text}: {:?}", seen.trouble);
    }
}
