//! From what people wrote to what runs: everything that can be wrong with a pack is found here.
//!
//! Does not run examples: that is `detect::check`. **Invariant:** either all problems come back, or a
//! rule set in which each rule can be reached.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::rules::error::{LoadError, Problem};
use crate::rules::keys::KeyIndex;
use crate::rules::syntax::{ActionSyntax, ActionWord, PackHead, PackSyntax, RuleSyntax};
use crate::rules::{
    Action, Examples, MAX_KEPT, Override, Pack as PackInForce, PackSource, Rule, RuleIdx, RuleSet, Selection,
    compile,
};

/// Part of the digest: goes up when the engine itself starts to find different things.
const ENGINE: u32 = 1;

/// See [`RuleSet::build`].
pub(crate) fn build(
    builtin: &[PackSource<'_>],
    extra: &[PackSource<'_>],
    selection: &Selection,
) -> Result<RuleSet, LoadError> {
    let mut problems = Vec::new();
    let mut packs = Vec::new();
    for source in builtin.iter().chain(extra) {
        match parse(source) {
            Ok(pack) => packs.push(pack),
            Err(problem) => problems.push(problem),
        }
    }
    let mut loaded = Loaded::default();
    for pack in &packs {
        loaded.add_pack(pack, selection, &mut problems);
    }
    loaded.check_selection(&packs, selection, &mut problems);
    let set = loaded.finish(&mut problems);
    if problems.is_empty() { Ok(set) } else { Err(LoadError { problems }) }
}

struct Pack<'a> {
    source: PackSource<'a>,
    syntax: PackSyntax,
}

impl Pack<'_> {
    fn problem(&self, rule: Option<(&str, usize)>, message: impl Into<String>) -> Problem {
        Problem {
            file: self.source.name.to_owned(),
            line: rule.map_or(0, |(_, offset)| line_of(self.source.text, offset)),
            rule: rule.map(|(id, _)| id.to_owned()),
            message: message.into(),
        }
    }
}

fn parse<'a>(source: &PackSource<'a>) -> Result<Pack<'a>, Problem> {
    match toml::from_str::<PackSyntax>(source.text) {
        Ok(syntax) => Ok(Pack { source: *source, syntax }),
        Err(error) => Err(Problem {
            file: source.name.to_owned(),
            line: error.span().map_or(0, |span| line_of(source.text, span.start)),
            rule: None,
            message: error.message().to_owned(),
        }),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|&byte| byte == b'\n').count()
}

#[derive(Default)]
struct Loaded {
    rules: Vec<Rule>,
    packs: Vec<PackInForce>,
    keys: KeyIndex,
    /// Every id of every pack, in force or not, and the file that has it.
    ids: HashMap<String, String>,
    hasher: Sha256,
}

impl Loaded {
    fn add_pack(&mut self, pack: &Pack<'_>, selection: &Selection, problems: &mut Vec<Problem>) {
        let head = &pack.syntax.pack;
        let is_selected = selection.packs.iter().any(|name| *name == head.name || name == "all");
        let name: Arc<str> = Arc::from(head.name.as_str());
        for spanned in &pack.syntax.rules {
            let rule = spanned.as_ref();
            let place = Some((rule.id.as_str(), spanned.span().start));
            if let Some(file) = self.ids.insert(rule.id.clone(), pack.source.name.to_owned()) {
                let message = format!("the id is taken by a rule in {file}; choose another");
                problems.push(pack.problem(place, message));
                continue;
            }
            let change = last_override(selection, &rule.id);
            let action = change.and_then(|change| change.action.clone());
            let action = action.unwrap_or_else(|| action_of(rule, head));
            match compile::rule(rule, &name, action) {
                Ok(mut compiled) if is_in_force(rule, is_selected, selection) => {
                    let Examples { line, positive, negative, .. } = &mut compiled.examples;
                    *line = line_of(pack.source.text, spanned.span().start);
                    for example in positive.iter_mut().chain(negative) {
                        example.line = line_of(pack.source.text, example.offset);
                    }
                    pack.source.name.clone_into(&mut compiled.examples.file);
                    self.add_rule(pack, place, rule, compiled, problems);
                }
                Ok(_) => {}
                Err(messages) => {
                    problems.extend(messages.into_iter().map(|message| pack.problem(place, message)));
                }
            }
        }
        let is_new = self.packs.iter().all(|pack| pack.name != name);
        if is_new && self.rules.last().is_some_and(|rule| rule.pack == name) {
            self.packs.push(PackInForce { name, description: head.description.clone() });
        }
    }

    fn add_rule(
        &mut self,
        pack: &Pack<'_>,
        place: Option<(&str, usize)>,
        syntax: &RuleSyntax,
        mut rule: Rule,
        problems: &mut Vec<Problem>,
    ) {
        let Ok(idx) = u16::try_from(self.rules.len()).map(RuleIdx) else {
            problems.push(pack.problem(place, "there are more rules than can be numbered"));
            return;
        };
        let same = self.rules.iter().find(|other| other.entity == rule.entity);
        rule.entity_idx = same.map_or(idx.0, |other| other.entity_idx);
        for key in &rule.keys {
            if let Err(RuleIdx(holder)) = self.keys.insert(key, idx) {
                let holder = self.rules.get(usize::from(holder)).map_or("another rule", |rule| &*rule.id);
                problems.push(pack.problem(place, format!("the key \"{key}\" belongs to {holder} already")));
            }
        }
        match serde_json::to_vec(syntax) {
            Ok(canonical) => {
                self.hasher.update((canonical.len() as u64).to_le_bytes());
                self.hasher.update(&canonical);
                self.hasher.update(format!("{:?}", rule.action).as_bytes());
            }
            Err(_) => problems.push(pack.problem(place, "the rule cannot be written down for the digest")),
        }
        self.rules.push(rule);
    }

    fn check_selection(&self, packs: &[Pack<'_>], selection: &Selection, problems: &mut Vec<Problem>) {
        let known: Vec<&str> = packs.iter().map(|pack| pack.syntax.pack.name.as_str()).collect();
        for name in &selection.packs {
            if name != "all" && !known.contains(&name.as_str()) {
                let known = known.join(", ");
                problems.push(of_selection(format!("there is no pack \"{name}\"; there are: {known}")));
            }
        }
        let disabled = selection.disable.iter().map(|id| ("disable", id));
        let overridden = selection.overrides.iter().map(|change| ("override", &change.rule));
        for (what, id) in disabled.chain(overridden) {
            if !self.ids.contains_key(id) {
                problems.push(of_selection(format!("{what} names the rule \"{id}\", which no pack has")));
            }
        }
    }

    fn finish(mut self, problems: &mut Vec<Problem>) -> RuleSet {
        if self.rules.is_empty() && problems.is_empty() {
            problems.push(of_selection("no rule is in force; select a pack, or \"all\"".to_owned()));
        }
        self.hasher.update(ENGINE.to_le_bytes());
        let Self { rules, packs, keys, hasher, .. } = self;
        RuleSet { rules, packs, keys, digest: hasher.finalize().into() }
    }
}

fn of_selection(message: String) -> Problem {
    Problem { file: "selection".to_owned(), line: 0, rule: None, message }
}

fn last_override<'a>(selection: &'a Selection, id: &str) -> Option<&'a Override> {
    selection.overrides.iter().rev().find(|change| change.rule == id)
}

/// `disable` and an override that switches off win over everything else.
fn is_in_force(rule: &RuleSyntax, is_selected: bool, selection: &Selection) -> bool {
    let switch = last_override(selection, &rule.id).and_then(|change| change.enabled);
    !selection.disable.contains(&rule.id) && switch.unwrap_or(is_selected)
}

fn action_of(rule: &RuleSyntax, pack: &PackHead) -> Action {
    match rule.action.as_ref().unwrap_or(&pack.action) {
        ActionSyntax::Word(ActionWord::Mask) => Action::Mask,
        ActionSyntax::Word(ActionWord::Hash) => Action::Hash,
        ActionSyntax::Word(ActionWord::Drop) => Action::Drop,
        ActionSyntax::Replace(label) => Action::Replace(label.replace.clone()),
        ActionSyntax::Partial(partial) => Action::Partial { keep_last: partial.keep_last.min(MAX_KEPT) },
    }
}
