//! What a configuration says, and everything that is wrong with one.
#![allow(clippy::unwrap_used)]

use super::*;

fn read(text: &str) -> Config {
    let parsed = parse(text);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    parsed.config
}

#[track_caller]
fn check(text: &str, problems: &[&str]) {
    let seen: Vec<String> = parse(text).problems.iter().map(|problem| problem.show("c.yaml")).collect();
    assert_eq!(seen, problems);
}

#[test]
fn nothing_written_is_the_default() {
    for text in ["", "# a comment\n", "---\n", "theme:\nrefresh:\n"] {
        assert_eq!(read(text), Config::default(), "{text:?}");
    }
}

#[test]
fn every_default_in_the_table_is_the_one_of_the_code() {
    for option in table::OPTIONS {
        let lines: Vec<&str> = option.path.split('.').collect();
        let text = match lines.as_slice() {
            [section, name] => format!("{section}:\n  {name}: {}\n", option.default),
            _ => format!("{}: {}\n", option.path, option.default),
        };
        assert_eq!(read(&text), Config::default(), "{}", option.path);
    }
}

#[test]
fn the_example_with_every_option_uncommented_is_the_default() {
    let example = example::yaml();
    assert_eq!(read(&example), Config::default());
    let uncommented: String = example
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ') || is_option(rest)).unwrap_or_default())
        .flat_map(|line| [line, "\n"])
        .collect();
    assert_eq!(read(&uncommented), Config::default());
    for option in table::OPTIONS {
        let name = option.path.rsplit('.').next().unwrap();
        assert!(uncommented.lines().any(|line| line.trim_start().starts_with(&format!("{name}:"))), "{uncommented}");
    }
}

/// `  name: value` below a section; words stand behind `# `.
fn is_option(line: &str) -> bool {
    let name = line.strip_prefix("  ").and_then(|rest| rest.split_once(':')).map(|(name, _)| name);
    name.is_some_and(|name| table::OPTIONS.iter().any(|option| option.path.ends_with(&format!(".{name}"))))
}

#[test]
fn each_option_is_read_where_it_stands() {
    let config = read(
        "theme: light\ncolours: {bad: bold red on 52, frame: '#010203'}\nrefresh: {attended: 500ms}\n\
         columns: [state, agent]\nsort: -idle\nfilter: class:code\nkeys:\n  quit: [x, Ctrl-Q]\n  help: []\n\
         notify: {terminal: osc777, command: [mail, -s, help], every: 5m, again: 0}\n\
         prompts: {policies: [{rule: claude.trust, answer: clear, agent: a}]}\n",
    );
    assert_eq!((config.theme, config.refresh.attended), (ThemeName::Light, Duration::from_millis(500)));
    assert_eq!(config.columns, Some(vec![Column::State, Column::Agent]));
    assert_eq!(config.sort, Sort { column: Some(Column::Idle), reversed: true });
    let keys: Vec<_> = config.keys.iter().map(|binding| (binding.action.as_str(), binding.keys.len())).collect();
    assert_eq!(keys, [("quit", 2), ("help", 0)]);
    assert_eq!((config.notify.terminal, config.notify.command.len()), (Osc::Osc777, 3));
    assert_eq!((config.notify.every, config.notify.again), (Duration::from_secs(300), Duration::ZERO));
    assert_eq!(config.colours.len(), 2);
}

#[test]
fn all_problems_are_told_at_once_each_with_its_place_and_a_way_out() {
    check(
        "thme: dark\nmouse: perhaps\nrefresh:\n  atended: 1s\n  unattended: 1ms\ncolumns: [agent, stat]\nsort: moood\n\
         frames_per_second: 0\ncolours: {bda: red, bad: rde}\nmouse: true\ntake: Ctrl-A\nwhatever: 1\n",
        &[
            "c.yaml:1:1: there is no option `thme`. Hint: did you mean `theme`?",
            "c.yaml:2:8: \"perhaps\" is neither true nor false. Hint: write true or false",
            "c.yaml:4:3: there is no option `refresh.atended`. Hint: did you mean `refresh.attended`?",
            "c.yaml:5:15: \"1ms\" is out of bounds. Hint: write a time from 500ms to 5m, like 2s, 500ms or 5m",
            "c.yaml:6:18: \"stat\" is none of agent, class, runtime, state, idle, heartbeat, flags, doing, context, model, unit, pid, \
             command, host, socket. Hint: did you mean state?",
            "c.yaml:7:7: \"moood\" is none of agent, class, runtime, state, idle, heartbeat, flags, doing, context, model, unit, pid, \
             command, host, socket. Hint: write one of them",
            "c.yaml:8:20: 0 is not possible here. Hint: write a whole number from 1 to 120",
            "c.yaml:9:11: there is no role \"bda\". Hint: did you mean `bad`?",
            "c.yaml:9:26: \"rde\" is neither a colour nor bold, dim, italic, underlined, reversed. Hint: write words \
             like: bold red, #ff8700 on 236, reversed, default",
            "c.yaml:10:1: `mouse` stands twice (the other is on line 2). Hint: keep one of them",
            "c.yaml:11:7: `take` is a section with options of its own. Hint: write them below it, indented: leave",
            "c.yaml:12:1: there is no option `whatever`. Hint: `mosaic-top config` prints every option",
        ],
    );
}

#[test]
fn a_policy_says_what_it_lacks() {
    check(
        "prompts: {policies: [{answer: clear}, {rule: a, anwser: flag}, {rule: b, answer: yes}]}\n",
        &[
            "c.yaml:1:22: this policy names no rule. Hint: write `rule:` with the name that the cause of a stuck agent \
             shows",
            "c.yaml:1:49: a policy has no \"anwser\". Hint: did you mean `answer`?",
            "c.yaml:1:82: \"yes\" is none of flag, clear. Hint: write one of them",
        ],
    );
}

#[test]
fn what_could_be_read_counts_in_spite_of_the_rest() {
    let parsed = parse("mouse: false\ntheme: drak\nread_only: true\n");
    assert!(!parsed.config.mouse && parsed.config.read_only);
    assert_eq!((parsed.problems.len(), parsed.may_be_read_only), (1, false));
}

#[test]
fn a_wish_for_read_only_that_cannot_be_understood_is_one() {
    for text in [
        "read_only: perhaps\n",
        "read_only:\n",
        "readonly: false\n",
        "read-only: true\n",
        "raed_only: true\n",
        "refresh: {read_only: true}\n",
        "read_only: false\nread_only: true\n",
        "read_only: true\nread_only: false\n",
        "theme: [\n",
        "- read_only\n",
        "a: \u{7}\n",
    ] {
        assert!(parse(text).may_be_read_only, "{text:?}");
    }
    for text in ["", "theme: drak\n", "read_only: false\n", "thme: dark\n"] {
        assert!(!parse(text).may_be_read_only, "{text:?}");
    }
}

#[test]
fn the_policy_that_says_most_counts() {
    let prompts = read(
        "prompts:\n  policies:\n  - {rule: trust, answer: clear, agent: a}\n  - {rule: trust, answer: clear, runtime: pi}\n\
         \x20 - {rule: trust, answer: flag}\n  - {rule: trust, answer: flag, runtime: pi, agent: b}\n",
    )
    .prompts;
    let answer = |rule, runtime, agent| prompts.answer(rule, runtime, agent);
    assert_eq!(answer("trust", Some("claude"), "a"), Answer::Clear);
    assert_eq!(answer("trust", Some("claude"), "c"), Answer::Flag);
    assert_eq!(answer("trust", Some("pi"), "c"), Answer::Clear);
    assert_eq!(answer("trust", Some("pi"), "b"), Answer::Flag);
    assert_eq!(answer("login", Some("pi"), "a"), Answer::Flag);
}

proptest::proptest! {
    #[test]
    fn no_text_breaks_it(text in "[a-z_:{}\\[\\], \n#'\"-]{0,200}") {
        let parsed = parse(&text);
        proptest::prop_assert!(!parsed.problems.is_empty() || !parsed.may_be_read_only);
    }
}
