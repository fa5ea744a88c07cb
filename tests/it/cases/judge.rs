//! Whether the redacted document of a case is as the case wants it.

use std::cell::RefCell;

use blackbar_core::pipeline::{Workspace, document};

use crate::cases::case::Alternative;
use crate::cases::case::Case;
use crate::cases::case::Policies;
use crate::cases::readings::Readings;
use crate::cases::tree::JsonTree;

/// How a group reads its output.
#[derive(Clone, Copy)]
pub(super) enum ReadingKind {
    Deep,
    Spaced,
    Shallow,
}

impl ReadingKind {
    pub(super) fn of(self, tree: &JsonTree) -> Readings {
        match self {
            Self::Deep => Readings::deep(tree),
            Self::Spaced => Readings::spaced(tree),
            Self::Shallow => Readings::shallow(tree),
        }
    }
}

thread_local! {
    /// Policies take longer to build than all cases to redact.
    static POLICIES: RefCell<Policies> = RefCell::new(Policies::new());
}

/// Redacts with a policy, as `blackbar redact` does.
pub(super) fn redacted(input: &[u8], policy: &str) -> Result<JsonTree, String> {
    let output = POLICIES.with_borrow_mut(|policies| {
        document::redact(input, policies.named(policy), &mut Workspace::default()).map_err(|e| e.to_string())
    })?;
    JsonTree::read(std::str::from_utf8(&output.bytes).unwrap())
        .ok_or_else(|| "the output is no JSON".to_owned())
}

/// The problems of a case with a document, under each of its policies.
pub(super) fn document(case: &Case, kind: ReadingKind) -> Vec<String> {
    let input = std::fs::read(case.input.as_ref().unwrap()).unwrap();
    let mut problems = Vec::new();
    for policy in &case.policies {
        match redacted(&input, policy) {
            Ok(tree) => {
                problems.extend(of_output(case, &tree, kind).iter().map(|p| format!("[{policy}] {p}")));
            }
            Err(_) if case.may_refuse => {}
            Err(refusal) => problems.push(format!("[{policy}] refused: {refusal}")),
        }
    }
    problems
}

/// What an output has that must be gone, and lacks that must be kept.
pub(super) fn of_output(case: &Case, tree: &JsonTree, kind: ReadingKind) -> Vec<String> {
    let readings = kind.of(tree);
    let mut problems = Vec::new();
    problems.extend(
        case.gone.iter().filter(|text| readings.have(text)).map(|text| format!("survived: {text:?}")),
    );
    problems
        .extend(case.kept.iter().filter(|text| !readings.have(text)).map(|text| format!("lost: {text:?}")));
    let joined: String = tree.node_texts().split_whitespace().collect();
    problems.extend(
        case.gone_joined
            .iter()
            .filter(|text| joined.contains(text.as_str()))
            .map(|text| format!("survived over several nodes: {text:?}")),
    );
    let picked: String = case.stars_at.iter().filter_map(|at| tree.at(at)).map(JsonTree::as_text).collect();
    if picked.chars().any(|c| c != '*') {
        problems.push(format!("not only stars: {picked:?}"));
    }
    if !case.one_of.is_empty() && !case.one_of.iter().any(|one| holds(one, tree, &readings)) {
        problems.push(format!("none of {:?}", case.one_of));
    }
    problems
}

fn holds(alternative: &Alternative, tree: &JsonTree, readings: &Readings) -> bool {
    match alternative {
        Alternative::AbsentAt(pointer) => {
            tree.at(pointer).is_none_or(|found| matches!(found, JsonTree::Word(word) if word == "null"))
        }
        Alternative::Gone(text) => !readings.have(text),
    }
}
