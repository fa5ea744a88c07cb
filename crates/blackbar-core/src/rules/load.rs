//! Turns packs as written into rules that run, and reports everything that is wrong with a pack or a selection.
//!
//! Does not run examples: `detect::check` does. **Invariant:** either all problems come back, or a
//! rule set in which each rule can be reached.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::rules::error::{LoadError, Problem};
use crate::rules::groups::{self, Membership};
use crate::rules::keys::KeyIndex;
use crate::rules::syntax::{self, ActionSyntax, ActionWord, PackHead, PackSyntax, RuleSyntax, TierSyntax};
use crate::rules::{
    Action, Examples, Override, Pack as PackInForce, PackSource, Rule, RuleIdx, RuleSet, Selection, compile,
};

/// Part of the digest: increases when the engine itself starts to find different things.
const ENGINE: u32 = 1;

/// See [`RuleSet::build`].
pub(crate) fn build(
    builtin: &[PackSource<'_>],
    extra: &[PackSource<'_>],
    selection: &Selection,
) -> Result<RuleSet, LoadError> {
    let mut problems = Vec::new();
    let mut packs = Vec::new();
    for (idx, source) in builtin.iter().chain(extra).enumerate() {
        match parse(source) {
            Ok(pack) => packs.push(Pack { is_builtin: idx < builtin.len(), ..pack }),
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

/// The heads of these packs; packs that do not parse are left out.
pub(crate) fn heads(sources: &[PackSource<'_>]) -> Vec<PackHead> {
    sources.iter().filter_map(|source| parse(source).ok()).map(|pack| pack.syntax.pack).collect()
}

struct Pack<'a> {
    source: PackSource<'a>,
    syntax: PackSyntax,
    /// Tests cover it: rules of it that are not in force need not be compiled.
    is_builtin: bool,
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
        Ok(syntax) => Ok(Pack { source: *source, syntax, is_builtin: false }),
        Err(error) => Err(Problem {
            file: source.name.to_owned(),
            line: error.span().map_or(0, |span| line_of(source.text, span.start)),
            rule: None,
            message: syntax::renamed(error.message()).unwrap_or_else(|| error.message().to_owned()),
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
        let membership = groups::membership(&selection.packs, head);
        for group in head.groups.iter().filter(|group| groups::find(group).is_none()) {
            let known: Vec<&str> = groups::GROUPS.iter().map(|group| group.name).collect();
            let message = format!("there is no group \"{group}\"; there are: {}", known.join(", "));
            problems.push(pack.problem(None, message));
        }
        let name: Arc<str> = Arc::from(head.name.as_str());
        for spanned in &pack.syntax.rules {
            let rule = spanned.as_ref();
            let place = Some((rule.id.as_str(), spanned.span().start));
            if let Some(file) = self.ids.insert(rule.id.clone(), pack.source.name.to_owned()) {
                let message = format!("the id is taken by a rule in {file}; choose another");
                problems.push(pack.problem(place, message));
                continue;
            }
            let is_in_force = is_in_force(rule, membership > Membership::Out, selection);
            if pack.is_builtin && !is_in_force {
                continue;
            }
            let change = last_override(selection, &rule.id);
            let action = change.and_then(|change| change.action.clone());
            let action = action.unwrap_or_else(|| action_of(rule, head));
            let tier = tier_of(rule, membership);
            match compile::rule(rule, &name, tier, action) {
                Ok(mut compiled) if is_in_force => {
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
            let (description, groups) = (head.description.clone(), head.groups.clone());
            self.packs.push(PackInForce { name, description, groups });
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
                self.hasher.update(format!("{:?} {:?}", rule.action, rule.tier).as_bytes());
            }
            Err(_) => problems.push(pack.problem(place, "the rule cannot be written down for the digest")),
        }
        self.rules.push(rule);
    }

    fn check_selection(&self, packs: &[Pack<'_>], selection: &Selection, problems: &mut Vec<Problem>) {
        let packs = || packs.iter().map(|pack| pack.syntax.pack.name.as_str());
        let groups = || groups::GROUPS.iter().map(|group| group.name).chain([groups::ALL]);
        for name in &selection.packs {
            if !packs().chain(groups()).any(|known| known == name) {
                problems.push(of_selection(unknown_pack(name, packs().chain(groups()))));
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

/// Known names have no quotes: the configuration locates the unknown name by its quotes.
fn unknown_pack<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let near = groups::near(name, known.clone());
    if near.is_empty() {
        let known: Vec<&str> = known.collect();
        return format!("there is no pack \"{name}\"; there are: {}", known.join(", "));
    }
    format!("there is no pack \"{name}\"; did you mean {}?", near.join(" or "))
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

/// In a pack that was selected by name, a rule may need less next to a match.
fn tier_of(rule: &RuleSyntax, membership: Membership) -> TierSyntax {
    let named = rule.tier_when_named.filter(|_| membership != Membership::Careful);
    named.or(rule.tier).unwrap_or(TierSyntax::Keyword)
}

fn action_of(rule: &RuleSyntax, pack: &PackHead) -> Action {
    match rule.action.as_ref().unwrap_or(&pack.action) {
        ActionSyntax::Word(ActionWord::Mask) => Action::Mask,
        ActionSyntax::Word(ActionWord::Hash) => Action::Hash,
        ActionSyntax::Word(ActionWord::Drop) => Action::Drop,
        ActionSyntax::Replace(label) => Action::Replace(label.replace.clone()),
        ActionSyntax::Partial(partial) => {
            Action::Partial { keep_last: partial.keep_last.min(Action::MAX_KEPT) }
        }
    }
}
