//! What is wrong with the policies of a configuration: rules and runtimes that nobody knows, and policies that can never act.
//!
//! PURE. The configuration knows no rules, and the rules no configuration: whoever has both asks here whenever either is
//! another one. A policy that names nothing would be silence where somebody believes that a prompt is cleared.

use std::collections::BTreeSet;

use crate::{
    config::{Answer, Policy, nearest},
    fleet::{
        gate::{Policed, Rules},
        roster::{Agent, Roster},
        runtime,
        yaml::Problem,
    },
};

/// Everything that is wrong with these policies, in their order.
#[must_use]
pub fn misfits(policies: &[Policy], rules: &Rules, roster: Option<&Roster>) -> Vec<Problem> {
    if policies.is_empty() {
        return Vec::new();
    }
    let runtimes = runtimes(rules, roster);
    policies.iter().flat_map(|policy| of(policy, rules, &runtimes)).collect()
}

/// The runtimes that an agent here could have: those that are known, those of the rules, and the roster's.
fn runtimes<'a>(rules: &'a Rules, roster: Option<&'a Roster>) -> BTreeSet<&'a str> {
    let declared = roster.into_iter().flat_map(|roster| &roster.agents).map(Agent::runtime_or_default);
    runtime::KNOWN.into_iter().chain(rules.runtimes()).chain(declared).collect()
}

fn of(policy: &Policy, rules: &Rules, runtimes: &BTreeSet<&str>) -> Vec<Problem> {
    let rule = rules.policed(&policy.rule);
    let mut all = Vec::new();
    if rule.is_none() {
        let hint = nearest(&policy.rule, rules.prompt_ids()).map_or_else(
            || "the cause of a stuck agent shows its rule, and docs/gates.md says where rules are".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        let what = format!("there is no rule {:?} for a prompt, so this policy does nothing", policy.rule);
        all.push(Problem::error(Some(policy.place), what).hinted(hint));
    }
    let misnamed = policy.runtime.as_ref().filter(|(name, _)| !runtimes.contains(name.as_str()));
    if let Some((name, place)) = misnamed {
        // Where the rule is for one runtime alone, that one is meant.
        let of_the_rule = rule.as_ref().map_or(&[][..], |rule| rule.runtimes);
        let near = nearest(name, of_the_rule.iter().map(String::as_str).chain(runtimes.iter().copied()));
        let hint = near.map_or_else(
            || format!("there is {}", runtimes.iter().copied().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean {near}?"),
        );
        let what = format!("there is no runtime {name:?}, so this policy does nothing");
        all.push(Problem::error(Some(*place), what).hinted(hint));
    }
    if let Some(why) = rule.filter(|_| misnamed.is_none()).and_then(|rule| never(policy, &rule)) {
        all.push(Problem::note(Some(policy.place), format!("this policy never acts: {why}")));
    }
    all
}

/// Why a policy whose names are right can never act.
fn never(policy: &Policy, rule: &Policed<'_>) -> Option<String> {
    let other = policy.runtime.as_ref().map(|(name, _)| name);
    if let Some(other) = other.filter(|name| !rule.runtimes.is_empty() && !rule.runtimes.contains(name)) {
        return Some(format!("{} is of {}, never of {other}", policy.rule, rule.runtimes.join(", ")));
    }
    // To show a prompt and leave it to a person is what happens anyway.
    let why = rule.never.filter(|_| policy.answer == Answer::Clear)?;
    Some(format!("{} {why}", policy.rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;

    #[track_caller]
    fn check(policies: &str, expected: &[&str]) {
        let config = config::parse(&format!("prompts: {{policies: [{policies}]}}")).config;
        let found = misfits(&config.prompts.written, &Rules::shared(), None);
        let found: Vec<String> = found.iter().map(|problem| problem.show("c")).collect();
        assert!(
            found.len() == expected.len() && found.iter().zip(expected).all(|(one, part)| one.contains(part)),
            "{found:#?}"
        );
    }

    #[test]
    fn names_that_nobody_knows_are_told_all_at_once_with_what_was_meant() {
        check(
            "{rule: claude.thrust, runtime: cluade, answer: clear}",
            &[
                "c:1:29: there is no rule \"claude.thrust\" for a prompt, so this policy does nothing. Hint: did you mean claude.trust?",
                "c:1:53: there is no runtime \"cluade\", so this policy does nothing. Hint: did you mean claude?",
            ],
        );
        check("{rule: claude.trust, runtime: zsh}", &["Hint: there is aider, claude, codex"]);
        check("{rule: whatever}", &["Hint: the cause of a stuck agent shows its rule"]);
        // A sign of work is no prompt.
        check("{rule: claude.spinner, answer: clear}", &["there is no rule \"claude.spinner\" for a prompt"]);
        check("{rule: claude.thrust, anwser: clear}, {rule: codex.trsut}", &["claude.thrust", "codex.trust?"]);
    }

    #[test]
    fn a_policy_that_can_never_act_is_a_note() {
        check(
            "{rule: claude.bypass, answer: clear}",
            &["never acts: claude.bypass has a safe answer that is dangerous"],
        );
        check("{rule: claude.permission, answer: clear}", &["claude.permission asks inside a turn"]);
        check("{rule: claude.login, answer: clear}", &["claude.login can only be answered by a person"]);
        check("{rule: claude.limit-menu, answer: clear}", &["claude.limit-menu is no gate"]);
        check("{rule: codex.hooks, answer: clear}", &["codex.hooks has no answer that is known to be safe"]);
        check("{rule: claude.trust, runtime: codex, answer: clear}", &["claude.trust is of claude, never of codex"]);
    }

    #[test]
    fn every_policy_that_may_act_and_every_one_that_only_flags_is_fine() {
        for rule in [
            "claude.trust",
            "codex.trust",
            "pi.trust",
            "gemini.trust",
            "claude.api-key",
            "claude.mcp",
            "claude.imports",
            "claude.theme",
            "claude.terminal-setup",
            "claude.login-done",
            "claude.security",
            "codex.restricted",
            "codex.update",
            "codex.new-where",
            "gemini.ide",
            "gemini.keys",
        ] {
            check(&format!("{{rule: {rule}, answer: clear}}"), &[]);
        }
        check(
            "{rule: claude.bypass, answer: flag}, {rule: claude.trust, runtime: claude, agent: a, answer: clear}",
            &[],
        );
    }

    #[test]
    fn the_users_own_rules_and_the_rosters_runtimes_count() {
        let own = "version: 1\nrules: [{id: my.gate, runtimes: [mine], kind: gate, about: own, says: asks, where: menu, \
                   all: [really sure], safe: go on, cites: [me]}]\n";
        let rules = Rules::shared().with(own).unwrap_or_default();
        let text = "prompts: {policies: [{rule: my.gate, runtime: mine, answer: clear}, {rule: claude.trust, runtime: theirs}]}";
        let policies = config::parse(text).config.prompts.written;
        let roster = crate::fleet::roster::parse(
            "version: 1\ntransport: tmux\nagents:\n- {name: a, class: c, runtime: theirs}\n",
        );
        let found: Vec<String> =
            misfits(&policies, &rules, roster.roster.as_ref()).iter().map(|problem| problem.show("c")).collect();
        assert!(found.len() == 1 && found[0].contains("claude.trust is of claude, never of theirs"), "{found:#?}");
    }
}
