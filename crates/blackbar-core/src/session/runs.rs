//! Text across nodes: which text nodes a reader sees as one text.
//!
//! A run is text nodes joined through inline elements, comments and `<wbr>`. Everything that
//! starts a new line, a cell or a control ends it, as does the border of a shadow root. A run
//! says nothing about blanks: two elements in line may stand apart on the screen, so the nodes of
//! a run must be searched one by one as well.

use crate::session::table::Flag;
use crate::session::table::IdSet;
use crate::session::tag::Tag;
use crate::session::window::Window;

/// A step of a walk through the document.
#[derive(Clone, Copy)]
enum Step {
    Enter(u32),
    Leave(u32),
}

impl Step {
    fn id(self) -> u32 {
        let (Self::Enter(id) | Self::Leave(id)) = self;
        id
    }
}

impl Window {
    /// Visits every run, in document order, with the ids of its text nodes.
    ///
    /// One pass over all nodes. Runs of a single node are visited too.
    pub fn runs(&self, mut visit: impl FnMut(&[u32])) {
        let mut run = Vec::new();
        let mut at = self.root.map(Step::Enter);
        while let Some(step) = at {
            if self.ends_run(step) {
                flush(&mut run, &mut visit);
            } else if self.is_part(step) {
                run.push(step.id());
            }
            at = self.forward(step);
        }
        flush(&mut run, &mut visit);
    }

    /// Visits each run that holds or goes through one of `ids`, once.
    ///
    /// Linear in the nodes of those runs. A block among `ids` touches no run by itself.
    pub fn runs_touching(&self, ids: &[u32], mut visit: impl FnMut(&[u32])) {
        let mut sorted = ids.to_vec();
        sorted.sort_unstable();
        let mut done = IdSet::default();
        let mut run = Vec::new();
        for id in sorted {
            if !self.tag(id).is_some_and(Tag::is_inline) || done.contains(&id) {
                continue;
            }
            let mut at = self.forward_to_run(id);
            while let Some(step) = at.filter(|&step| !self.ends_run(step)) {
                done.insert(step.id());
                if self.is_part(step) {
                    run.push(step.id());
                }
                at = self.forward(step);
            }
            flush(&mut run, &mut visit);
        }
    }

    /// The first step of the run that `id` is in.
    fn forward_to_run(&self, id: u32) -> Option<Step> {
        let mut first = Step::Enter(id);
        if self.ends_run(first) {
            return self.forward(first);
        }
        while let Some(before) = self.backward(first).filter(|&before| !self.ends_run(before)) {
            first = before;
        }
        Some(first)
    }

    /// Whether a step adds a text. Code is no text.
    fn is_part(&self, step: Step) -> bool {
        let Step::Enter(id) = step else { return false };
        let is_code = |tag| matches!(tag, Tag::Style | Tag::Script | Tag::Noscript);
        self.tag(id) == Some(Tag::Text)
            && !self.table.parent(id).and_then(|p| self.tag(p)).is_some_and(is_code)
    }

    fn ends_run(&self, step: Step) -> bool {
        let is_shadow = |id| self.flags(id).has(Flag::Shadow);
        if !self.tag(step.id()).is_some_and(Tag::is_inline) {
            return true;
        }
        match step {
            Step::Enter(id) => is_shadow(id) && !self.table.prev(id).is_some_and(is_shadow),
            Step::Leave(id) => is_shadow(id) && !self.table.next(id).is_some_and(is_shadow),
        }
    }

    fn forward(&self, step: Step) -> Option<Step> {
        match step {
            Step::Enter(id) => Some(self.table.first_child(id).map_or(Step::Leave(id), Step::Enter)),
            Step::Leave(id) => {
                let next = self.table.next(id).map(Step::Enter);
                next.or_else(|| self.table.parent(id).map(Step::Leave))
            }
        }
    }

    fn backward(&self, step: Step) -> Option<Step> {
        match step {
            Step::Leave(id) => Some(self.table.last_child(id).map_or(Step::Enter(id), Step::Leave)),
            Step::Enter(id) => {
                let before = self.table.prev(id).map(Step::Leave);
                before.or_else(|| self.table.parent(id).map(Step::Enter))
            }
        }
    }
}

fn flush(run: &mut Vec<u32>, visit: &mut impl FnMut(&[u32])) {
    if !run.is_empty() {
        visit(run);
        run.clear();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::support::Bench;
    use crate::session::support::el;
    use crate::session::support::tag;
    use crate::session::support::text;

    fn all(b: &Bench) -> Vec<Vec<u32>> {
        let mut runs = Vec::new();
        b.window.runs(|run| runs.push(run.to_vec()));
        runs
    }

    fn touching(b: &Bench, ids: &[u32]) -> Vec<Vec<u32>> {
        let mut runs = Vec::new();
        b.window.runs_touching(ids, |run| runs.push(run.to_vec()));
        runs
    }

    fn bench() -> Bench {
        let mut b = Bench::new(&[]);
        let comment = json!({"type": 5, "textContent": "x", "id": 13});
        b.page(vec![
            tag(
                10,
                "p",
                vec![
                    text(11, "4111"),
                    tag(12, "wbr", vec![]),
                    comment,
                    el(14, "span", json!({}), vec![tag(15, "b", vec![text(16, "11")])]),
                    text(17, "11"),
                    tag(18, "br", vec![]),
                    text(19, "x"),
                ],
            ),
            tag(20, "ul", vec![tag(21, "li", vec![text(22, "a")]), tag(23, "li", vec![text(24, "b")])]),
            tag(25, "style", vec![text(26, "p{}")]),
        ]);
        b
    }

    #[test]
    fn joins_through_inline_elements_and_ends_at_lines_and_items() {
        assert_eq!(all(&bench()), [vec![11, 16, 17], vec![19], vec![22], vec![24]]);
    }

    #[test]
    fn visits_each_touched_run_once() {
        let b = bench();
        assert_eq!(touching(&b, &[16, 17, 24]), [vec![11, 16, 17], vec![24]]);
        assert_eq!(touching(&b, &[13]), [vec![11, 16, 17]]);
        assert!(touching(&b, &[18, 10, 26, 999]).is_empty());
    }

    #[test]
    fn does_not_join_across_the_border_of_a_shadow_root() {
        let mut b = Bench::new(&[]);
        let shadow = |id, inner: &str| {
            let mut node = tag(id, "span", vec![text(id + 1, inner)]);
            node["isShadow"] = json!(true);
            node
        };
        b.page(vec![
            text(10, "a"),
            tag(11, "my-card", vec![text(12, "b"), shadow(20, "c"), shadow(30, "d")]),
            text(14, "e"),
        ]);
        assert_eq!(all(&b), [vec![10, 12], vec![21, 31], vec![14]]);
        assert_eq!(touching(&b, &[31, 14]), [vec![14], vec![21, 31]]);
    }
}
