//! Runs of text: which text nodes a reader sees as one text.
//!
//! A run is a sequence of text nodes joined through inline elements, comments and `<wbr>`. A new
//! line, a cell, a control or the border of a shadow root ends it.
//!
//! Does not know the space on the screen between two inline elements, so the caller searches each
//! node of a run by itself as well.

use crate::session::element_kind::ElementKind;
use crate::session::ids::IdSet;
use crate::session::node::Flag;
use crate::session::window::WindowReader;

/// A step of a walk through the document.
#[derive(Clone, Copy)]
enum WalkStep {
    Enter(u32),
    Leave(u32),
}

impl WalkStep {
    fn id(self) -> u32 {
        let (Self::Enter(id) | Self::Leave(id)) = self;
        id
    }
}

impl WindowReader<'_> {
    /// Visits every run, in document order, with the ids of its text nodes.
    ///
    /// One pass over all nodes. Runs of a single node are visited too.
    pub(crate) fn visit_runs(self, mut visit: impl FnMut(&[u32])) {
        let mut run = Vec::new();
        let mut at = self.window.root.map(WalkStep::Enter);
        while let Some(step) = at {
            if self.ends_run(step) {
                flush(&mut run, &mut visit);
            } else if self.adds_text(step) {
                run.push(step.id());
            }
            at = self.forward(step);
        }
        flush(&mut run, &mut visit);
    }

    /// Visits, once each, the runs that contain or pass through one of `ids`.
    ///
    /// Linear in the nodes of those runs. A block element among `ids` touches no run by itself.
    pub(crate) fn visit_runs_touching(self, ids: &[u32], mut visit: impl FnMut(&[u32])) {
        let mut sorted = ids.to_vec();
        sorted.sort_unstable();
        let mut done = IdSet::default();
        let mut run = Vec::new();
        for id in sorted {
            if !self.window.tag(id).is_some_and(ElementKind::is_inline) || done.contains(&id) {
                continue;
            }
            let mut at = self.start_of_run(id);
            while let Some(step) = at.filter(|&step| !self.ends_run(step)) {
                done.insert(step.id());
                if self.adds_text(step) {
                    run.push(step.id());
                }
                at = self.forward(step);
            }
            flush(&mut run, &mut visit);
        }
    }

    /// The first step of the run that contains `id`.
    fn start_of_run(self, id: u32) -> Option<WalkStep> {
        let mut first = WalkStep::Enter(id);
        if self.ends_run(first) {
            return self.forward(first);
        }
        while let Some(before) = self.backward(first).filter(|&before| !self.ends_run(before)) {
            first = before;
        }
        Some(first)
    }

    /// Whether a step adds a text to the run. Code is not text.
    fn adds_text(self, step: WalkStep) -> bool {
        let WalkStep::Enter(id) = step else { return false };
        let is_code = |tag| matches!(tag, ElementKind::Style | ElementKind::Script | ElementKind::Noscript);
        self.window.tag(id) == Some(ElementKind::Text)
            && !self.window.table.parent(id).and_then(|p| self.window.tag(p)).is_some_and(is_code)
    }

    fn ends_run(self, step: WalkStep) -> bool {
        let is_shadow = |id| self.window.flags(id).has(Flag::Shadow);
        if !self.window.tag(step.id()).is_some_and(ElementKind::is_inline) {
            return true;
        }
        match step {
            WalkStep::Enter(id) => is_shadow(id) && !self.window.table.prev(id).is_some_and(is_shadow),
            WalkStep::Leave(id) => is_shadow(id) && !self.window.table.next(id).is_some_and(is_shadow),
        }
    }

    fn forward(self, step: WalkStep) -> Option<WalkStep> {
        match step {
            WalkStep::Enter(id) => {
                Some(self.window.table.first_child(id).map_or(WalkStep::Leave(id), WalkStep::Enter))
            }
            WalkStep::Leave(id) => {
                let next = self.window.table.next(id).map(WalkStep::Enter);
                next.or_else(|| self.window.table.parent(id).map(WalkStep::Leave))
            }
        }
    }

    fn backward(self, step: WalkStep) -> Option<WalkStep> {
        match step {
            WalkStep::Leave(id) => {
                Some(self.window.table.last_child(id).map_or(WalkStep::Enter(id), WalkStep::Leave))
            }
            WalkStep::Enter(id) => {
                let before = self.window.table.prev(id).map(WalkStep::Leave);
                before.or_else(|| self.window.table.parent(id).map(WalkStep::Enter))
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

    use crate::session::test_support::Bench;
    use crate::session::test_support::el;
    use crate::session::test_support::tag;
    use crate::session::test_support::text;

    fn all(b: &Bench) -> Vec<Vec<u32>> {
        let mut runs = Vec::new();
        b.window.reader().visit_runs(|run| runs.push(run.to_vec()));
        runs
    }

    fn touching(b: &Bench, ids: &[u32]) -> Vec<Vec<u32>> {
        let mut runs = Vec::new();
        b.window.reader().visit_runs_touching(ids, |run| runs.push(run.to_vec()));
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
