//! Finds labels by position, where no attribute points to them: column and row headers, terms, and
//! the text immediately before a value.
//!
//! A recording does not contain the layout of a page. This looks for the shapes of markup that pages
//! use to put a label next to a value.
//!
//! **Invariant:** a label text is never taken for a value, and each search looks at a bounded number
//! of nodes.

use crate::session::element_kind::ElementKind;
use crate::session::ids::NO_NODE;
use crate::session::label_text::LabelText;
use crate::session::node::Flag;
use crate::session::node::Mark;
use crate::session::window::MAX_MARKED_LEVELS;
use crate::session::window::WindowReader;

/// Levels between a value and the cell or row around it.
const MAX_LEVELS_TO_CELL: usize = 12;
/// Levels of wrapping elements between a value and its label.
const MAX_WRAPPING_LEVELS: usize = 3;
/// Siblings that are looked at.
const MAX_SIBLINGS: usize = 16;
/// Columns of a table that are distinguished; a cell further right has no header.
const MAX_COLUMNS: usize = 256;
/// Rows that may be header rows.
const MAX_HEADER_ROWS: usize = 4;
/// Nodes of an element that are searched for its only text.
const MAX_NODES_INSIDE: usize = 12;

// A label text deeper than the marks reach would be missed.
const _: () = assert!(MAX_MARKED_LEVELS == MAX_NODES_INSIDE + MAX_WRAPPING_LEVELS);

impl<'w> WindowReader<'w> {
    /// The label of the value at `id`, found by position. A label with a rule takes precedence.
    pub(super) fn nearby_label(self, id: u32) -> Option<&'w LabelText> {
        if self.is_label_text(id) {
            return None;
        }
        let mut by_table = None;
        let mut up = id;
        // Most texts are in no cell or description: the mark saves them the walk up.
        let n_levels =
            if self.window.table.has(id, Mark::MayHaveNearbyLabel) { MAX_LEVELS_TO_CELL + 1 } else { 0 };
        for _ in 0..n_levels {
            let node = self.window.table.get(up)?;
            by_table = match node.tag {
                ElementKind::Cell | ElementKind::HeaderCell => self.header_of(up),
                ElementKind::Description => self.term_of(up),
                ElementKind::Label | ElementKind::Legend | ElementKind::Term => return None,
                ElementKind::Table | ElementKind::Document => break,
                _ if node.parent == NO_NODE => break,
                _ => {
                    up = node.parent;
                    continue;
                }
            };
            break;
        }
        let Some(label) = by_table.filter(|label| label.rule.is_some()) else {
            let before = if self.window.flags(id).has(Flag::InLabel) { None } else { self.label_before(id) };
            return before.or(by_table);
        };
        Some(label)
    }

    /// The text of an element that is a label, or of the only text inside it.
    pub(super) fn label_text_of(self, id: u32) -> Option<&'w LabelText> {
        if self.window.flags(id).has(Flag::LabelText) {
            return self.window.label_texts.get(&id);
        }
        let mut only = None;
        let mut n_nodes = 0;
        for inside in self.window.table.subtree(id) {
            n_nodes += 1;
            let is_text = self.window.tag(inside) == Some(ElementKind::Text)
                && !self.window.flags(inside).has(Flag::Blank);
            let holds_value = self.window.tag(inside).is_some_and(ElementKind::is_control);
            if n_nodes > MAX_NODES_INSIDE || holds_value || is_text && only.is_some() {
                return None;
            }
            if is_text {
                only = Some(self.window.label_texts.get(&inside)?);
            }
        }
        only
    }

    fn is_label_text(self, id: u32) -> bool {
        self.window.flags(id).has(Flag::LabelText) && !self.window.flags(id).has(Flag::InLabel)
    }

    fn term_of(self, description: u32) -> Option<&'w LabelText> {
        let before =
            std::iter::successors(self.window.table.prev(description), |&id| self.window.table.prev(id));
        let term = before.take(MAX_SIBLINGS).find(|&id| self.window.tag(id) == Some(ElementKind::Term))?;
        self.label_text_of(term)
    }

    /// The header of a cell's column, else of its row.
    fn header_of(self, cell: u32) -> Option<&'w LabelText> {
        let row =
            self.window.table.parent(cell).filter(|&row| self.window.tag(row) == Some(ElementKind::Row))?;
        let is_table = |&up: &u32| self.window.tag(up) == Some(ElementKind::Table);
        let table = self.window.table.ancestors(row).take(MAX_WRAPPING_LEVELS).find(is_table)?;
        let by_column = self.column_of(row, cell).and_then(|column| self.column_header(table, row, column));
        let by_row = || {
            if self.is_header_row(row) {
                return None;
            }
            let first = self.cells(row).next().filter(|&first| first != cell)?;
            (self.window.tag(first) == Some(ElementKind::HeaderCell))
                .then(|| self.label_text_of(first))
                .flatten()
        };
        match by_column {
            Some(label) if label.rule.is_some() => Some(label),
            _ => by_row().or(by_column),
        }
    }

    fn column_header(self, table: u32, row: u32, column: usize) -> Option<&'w LabelText> {
        let mut best = None;
        for candidate in self.header_rows(table) {
            if candidate == row {
                break;
            }
            let Some(header) = self.cell_at(candidate, column) else { continue };
            match self.label_text_of(header) {
                Some(label) if label.rule.is_some() => return Some(label),
                label => best = best.or(label),
            }
        }
        best
    }

    /// Rows of the table head; without a head, the first row if it consists of headers.
    fn header_rows(self, table: u32) -> impl Iterator<Item = u32> + 'w {
        let is_row = move |&id: &u32| self.window.tag(id) == Some(ElementKind::Row);
        let rows = self.window.table.children(table).take(MAX_SIBLINGS).flat_map(move |part| {
            let (of, n_rows) = match self.window.tag(part) {
                Some(ElementKind::TableHead) => (part, MAX_HEADER_ROWS),
                Some(ElementKind::TableBody) => (part, 1),
                _ => (part, 0),
            };
            let itself = Some(part).filter(is_row);
            itself
                .into_iter()
                .chain(self.window.table.children(of).take(n_rows * MAX_SIBLINGS).filter(is_row).take(n_rows))
        });
        rows.take(MAX_HEADER_ROWS).filter(move |&row| self.is_header_row(row))
    }

    fn is_header_row(self, row: u32) -> bool {
        let in_head =
            self.window.table.parent(row).and_then(|p| self.window.tag(p)) == Some(ElementKind::TableHead);
        let mut is_header =
            self.cells(row).map(|cell| self.window.tag(cell) == Some(ElementKind::HeaderCell));
        in_head || is_header.next() == Some(true) && is_header.next() != Some(false)
    }

    fn cells(self, row: u32) -> impl Iterator<Item = u32> + 'w {
        let is_cell =
            move |&id: &u32| matches!(self.window.tag(id), Some(ElementKind::Cell | ElementKind::HeaderCell));
        self.window.table.children(row).take(MAX_COLUMNS * 3).filter(is_cell)
    }

    fn span_of(self, cell: u32) -> usize {
        self.window.column_spans.get(&cell).map_or(1, |&span| usize::from(span))
    }

    fn column_of(self, row: u32, cell: u32) -> Option<usize> {
        let mut column = 0;
        for other in self.cells(row).take(MAX_COLUMNS) {
            if other == cell {
                return Some(column);
            }
            column += self.span_of(other);
        }
        None
    }

    fn cell_at(self, row: u32, column: usize) -> Option<u32> {
        let mut end = 0;
        self.cells(row).take(MAX_COLUMNS).find(|&cell| {
            end += self.span_of(cell);
            column < end
        })
    }

    /// The label immediately before a value: the two alone in a row, or label and value alternating.
    fn label_before(self, id: u32) -> Option<&'w LabelText> {
        let has_rule_label = |id| self.window.table.has(id, Mark::HasRuleLabel);
        // Most texts have no such label near them: one look at the highest level rules them out.
        self.window
            .table
            .ancestors(id)
            .take(MAX_WRAPPING_LEVELS + 1)
            .last()
            .filter(|&top| has_rule_label(top))?;
        let mut at = id;
        for _ in 0..=MAX_WRAPPING_LEVELS {
            if let Some(before) = self.visible_sibling(at, |id| self.window.table.prev(id)) {
                let label =
                    Some(before).filter(|&id| has_rule_label(id)).and_then(|id| self.label_text_of(id));
                let label = label.filter(|label| label.rule.is_some())?;
                if !self.window.takes_values(id) && self.wraps_control(before) {
                    return None;
                }
                let after = || self.visible_sibling(at, |id| self.window.table.next(id));
                let is_label = |id| self.label_text_of(id).is_some_and(|label| label.rule.is_some());
                return (self.window.takes_values(id) || after().is_none_or(is_label)).then_some(label);
            }
            at = self.window.table.parent(at)?;
            let is_row_part = matches!(
                self.window.tag(at)?,
                ElementKind::Other
                    | ElementKind::Block
                    | ElementKind::Link
                    | ElementKind::Cell
                    | ElementKind::HeaderCell
                    | ElementKind::Svg
            );
            if !is_row_part {
                return None;
            }
        }
        None
    }

    /// Whether a label has its control inside. It labels that, and nothing that follows.
    fn wraps_control(self, label: u32) -> bool {
        let is_control = |inside| self.window.tag(inside).is_some_and(ElementKind::is_control);
        let mut inside = self.window.table.subtree(label).take(MAX_NODES_INSIDE);
        self.window.tag(label) == Some(ElementKind::Label) && inside.any(is_control)
    }

    /// The nearest sibling, in one direction, that a reader sees.
    fn visible_sibling(self, id: u32, step: impl Fn(u32) -> Option<u32>) -> Option<u32> {
        let is_seen = |&id: &u32| match self.window.tag(id) {
            Some(ElementKind::Text) => !self.window.flags(id).has(Flag::Blank),
            Some(ElementKind::Comment | ElementKind::Break | ElementKind::Script | ElementKind::Style)
            | None => false,
            Some(_) => true,
        };
        std::iter::successors(step(id), |&id| step(id)).take(MAX_SIBLINGS).find(is_seen)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use crate::session::test_support::Bench;
    use crate::session::test_support::el;
    use crate::session::test_support::rule;
    use crate::session::test_support::tag;
    use crate::session::test_support::text;

    fn page(nodes: Vec<Value>) -> Bench {
        let mut b = Bench::new(&[]);
        b.page(nodes);
        b
    }

    /// An element with one text, whose id is the next.
    fn says(id: u32, name: &str, words: &str) -> Value {
        tag(id, name, vec![text(id + 1, words)])
    }

    fn table(head: Vec<Value>, rows: Vec<Value>) -> Value {
        tag(100, "table", vec![tag(101, "thead", vec![tag(102, "tr", head)]), tag(103, "tbody", rows)])
    }

    #[test]
    fn a_term_labels_its_descriptions() {
        let b = page(vec![tag(
            10,
            "dl",
            vec![
                says(20, "dt", "Full name"),
                says(22, "dd", "Jane Roe"),
                text(24, "\n "),
                says(25, "dd", "Roe, Jane"),
                says(30, "dt", "Plan"),
                says(32, "dd", "Startup"),
            ],
        )]);
        assert_eq!(
            [23, 26, 33, 21].map(|id| b.field(id)),
            [rule("full name"), rule("full name"), None, None]
        );
        assert_eq!(b.words(33), "Plan");
    }

    #[test]
    fn a_header_labels_its_column_across_column_spans() {
        let head =
            vec![el(10, "th", json!({"colspan": "2"}), vec![text(11, "Order")]), says(12, "th", "SSN")];
        let row = vec![
            says(20, "td", "7"),
            says(22, "td", "8"),
            tag(24, "td", vec![says(25, "span", "078051120")]),
        ];
        let b = page(vec![table(head, vec![tag(104, "tr", row)])]);
        assert_eq!([21, 23, 26, 24, 13].map(|id| b.field(id)), [None, None, rule("ssn"), rule("ssn"), None]);
        assert_eq!(b.words(23), "Order");
    }

    #[test]
    fn headers_may_be_the_first_row_or_the_first_cell() {
        let b = page(vec![
            tag(
                10,
                "table",
                vec![tag(
                    11,
                    "tbody",
                    vec![
                        tag(12, "tr", vec![says(20, "th", "SSN"), says(22, "th", "Full name")]),
                        tag(13, "tr", vec![says(24, "td", "078"), says(26, "td", "Jane")]),
                    ],
                )],
            ),
            tag(
                14,
                "table",
                vec![
                    tag(15, "tr", vec![says(30, "th", "Email"), says(32, "td", "x")]),
                    tag(16, "tr", vec![says(34, "td", "Phone"), says(36, "td", "y")]),
                ],
            ),
        ]);
        assert_eq!([25, 27].map(|id| b.field(id)), [rule("ssn"), rule("full name")]);
        assert_eq!([33, 37].map(|id| b.field(id)), [rule("email"), rule("phone")]);
        assert_eq!([21, 23, 31, 35].map(|id| b.field(id)), [None; 4]);
    }

    #[test]
    fn a_header_labels_a_grid_made_of_roles() {
        let role = |id, role: &str, inner| el(id, "div", json!({"role": role}), inner);
        let b = page(vec![role(
            10,
            "grid",
            vec![
                role(11, "row", vec![role(12, "columnheader", vec![text(13, "SSN")])]),
                role(14, "row", vec![role(15, "gridcell", vec![text(16, "078")])]),
            ],
        )]);
        assert_eq!(b.field(16), rule("ssn"));
    }

    #[test]
    fn a_label_immediately_before_a_value_labels_it() {
        let b = page(vec![
            tag(10, "div", vec![says(20, "span", "SSN:"), says(22, "span", "078")]),
            tag(11, "p", vec![says(24, "strong", "Email"), text(26, "x")]),
            tag(
                12,
                "div",
                vec![
                    says(30, "div", "SSN"),
                    says(32, "div", "1"),
                    says(34, "div", "Phone"),
                    says(36, "div", "2"),
                ],
            ),
        ]);
        assert_eq!(
            [23, 26, 33, 37].map(|id| b.field(id)),
            [rule("ssn"), rule("email"), rule("ssn"), rule("phone")]
        );
        assert_eq!([21, 25, 31, 35].map(|id| b.field(id)), [None; 4]);
    }

    #[test]
    fn a_label_with_a_value_or_mask_in_it_labels_nothing() {
        for value in ["SSN 078-05-1120", "SSN ***********"] {
            let b = page(vec![tag(10, "p", vec![text(11, value)]), tag(12, "p", vec![text(13, "x")])]);
            assert_eq!(b.field(13), None, "{value}");
        }
    }

    #[test]
    fn a_list_of_links_is_not_a_list_of_fields() {
        let b = page(vec![
            tag(10, "ul", vec![says(20, "li", "Email"), says(22, "li", "About us")]),
            tag(11, "nav", vec![says(30, "a", "Email"), says(32, "a", "Help"), says(34, "a", "Terms")]),
        ]);
        assert_eq!([23, 33, 35].map(|id| b.field(id)), [None; 3]);
    }

    #[test]
    fn a_cell_beyond_the_last_column_has_no_label() {
        let cells = |from: u32| (0..2000).map(|i| says(from + 2 * i, "td", "x")).collect::<Vec<_>>();
        let b = page(vec![table(cells(1000), vec![tag(104, "tr", cells(10_000))])]);
        assert_eq!(b.field(13_999), None);
    }
}
