//! Labels that no attribute points to: column and row headers, terms, and the text just before.
//!
//! The layout of a page is not in a recording; these are the shapes that pages use to put a label
//! beside a value. A text that is itself a label is never taken for a value.

use crate::session::table::Flag;
use crate::session::table::Mark;
use crate::session::table::NONE;
use crate::session::tag::Tag;
use crate::session::window::Window;
use crate::session::words::Words;

/// Levels between a value and the cell or row that it stands in.
const MAX_UP: usize = 12;
/// Levels of wrapping between a value and its label.
const MAX_WRAP: usize = 3;
/// Siblings that are looked at.
const MAX_BESIDE: usize = 16;
/// Columns of a table that are told apart; a cell further right has no header.
const MAX_COLUMNS: usize = 256;
/// Rows that may be header rows.
const MAX_HEADER_ROWS: usize = 4;
/// Nodes of an element that are looked at for the one text in it.
const MAX_INSIDE: usize = 12;

impl Window {
    /// The label of what stands at `id`, by its place.
    pub(crate) fn label_beside(&self, id: u32) -> Option<&Words> {
        if self.is_label_text(id) {
            return None;
        }
        let mut by_place = None;
        let mut up = id;
        let n_levels = if self.table.has(id, Mark::Placed) { MAX_UP + 1 } else { 0 };
        for _ in 0..n_levels {
            let node = self.table.get(up)?;
            by_place = match node.tag {
                Tag::Cell | Tag::HeaderCell => self.header_of(up),
                Tag::Description => self.term_of(up),
                Tag::Label | Tag::Legend | Tag::Term => return None,
                Tag::Table | Tag::Document => break,
                _ if node.parent == NONE => break,
                _ => {
                    up = node.parent;
                    continue;
                }
            };
            break;
        }
        let Some(words) = by_place.filter(|words| words.rule.is_some()) else {
            let before = if self.flags(id).has(Flag::InLabel) { None } else { self.label_before(id) };
            return before.or(by_place);
        };
        Some(words)
    }

    /// The words of an element that is a label, or of the one text in it.
    pub(crate) fn words_of(&self, id: u32) -> Option<&Words> {
        if self.flags(id).has(Flag::Words) {
            return self.words.get(&id);
        }
        let mut only = None;
        let mut n_seen = 0;
        for inside in self.table.subtree(id) {
            n_seen += 1;
            let is_text = self.tag(inside) == Some(Tag::Text) && !self.flags(inside).has(Flag::Blank);
            let holds_value = self.tag(inside).is_some_and(Tag::is_control);
            if n_seen > MAX_INSIDE || holds_value || is_text && only.is_some() {
                return None;
            }
            if is_text {
                only = Some(self.words.get(&inside)?);
            }
        }
        only
    }

    fn is_label_text(&self, id: u32) -> bool {
        self.flags(id).has(Flag::Words) && !self.flags(id).has(Flag::InLabel)
    }

    fn term_of(&self, description: u32) -> Option<&Words> {
        let before = std::iter::successors(self.table.prev(description), |&id| self.table.prev(id));
        let term = before.take(MAX_BESIDE).find(|&id| self.tag(id) == Some(Tag::Term))?;
        self.words_of(term)
    }

    /// The header of a cell's column, else of its row.
    fn header_of(&self, cell: u32) -> Option<&Words> {
        let row = self.table.parent(cell).filter(|&row| self.tag(row) == Some(Tag::Row))?;
        let is_table = |&up: &u32| self.tag(up) == Some(Tag::Table);
        let table = self.table.ancestors(row).take(MAX_WRAP).find(is_table)?;
        let by_column = self.column_of(row, cell).and_then(|column| self.column_header(table, row, column));
        let by_row = || {
            if self.is_header_row(row) {
                return None;
            }
            let first = self.cells(row).next().filter(|&first| first != cell)?;
            (self.tag(first) == Some(Tag::HeaderCell)).then(|| self.words_of(first)).flatten()
        };
        match by_column {
            Some(words) if words.rule.is_some() => Some(words),
            _ => by_row().or(by_column),
        }
    }

    fn column_header(&self, table: u32, row: u32, column: usize) -> Option<&Words> {
        let mut best = None;
        for candidate in self.header_rows(table) {
            if candidate == row {
                break;
            }
            let Some(header) = self.cell_at(candidate, column) else { continue };
            match self.words_of(header) {
                Some(words) if words.rule.is_some() => return Some(words),
                words => best = best.or(words),
            }
        }
        best
    }

    /// Rows of the head; without one, the first row if it holds headers.
    fn header_rows(&self, table: u32) -> impl Iterator<Item = u32> {
        let is_row = |&id: &u32| self.tag(id) == Some(Tag::Row);
        let rows = self.table.children(table).take(MAX_BESIDE).flat_map(move |part| {
            let (of, n_rows) = match self.tag(part) {
                Some(Tag::TableHead) => (part, MAX_HEADER_ROWS),
                Some(Tag::TableBody) => (part, 1),
                _ => (part, 0),
            };
            let itself = Some(part).filter(is_row);
            itself
                .into_iter()
                .chain(self.table.children(of).take(n_rows * MAX_BESIDE).filter(is_row).take(n_rows))
        });
        rows.take(MAX_HEADER_ROWS).filter(|&row| self.is_header_row(row))
    }

    fn is_header_row(&self, row: u32) -> bool {
        let in_head = self.table.parent(row).and_then(|p| self.tag(p)) == Some(Tag::TableHead);
        let mut is_header = self.cells(row).map(|cell| self.tag(cell) == Some(Tag::HeaderCell));
        in_head || is_header.next() == Some(true) && is_header.next() != Some(false)
    }

    fn cells(&self, row: u32) -> impl Iterator<Item = u32> {
        let is_cell = |&id: &u32| matches!(self.tag(id), Some(Tag::Cell | Tag::HeaderCell));
        self.table.children(row).take(MAX_COLUMNS * 3).filter(is_cell)
    }

    fn span_of(&self, cell: u32) -> usize {
        self.spans.get(&cell).map_or(1, |&span| usize::from(span))
    }

    fn column_of(&self, row: u32, cell: u32) -> Option<usize> {
        let mut column = 0;
        for other in self.cells(row).take(MAX_COLUMNS) {
            if other == cell {
                return Some(column);
            }
            column += self.span_of(other);
        }
        None
    }

    fn cell_at(&self, row: u32, column: usize) -> Option<u32> {
        let mut end = 0;
        self.cells(row).take(MAX_COLUMNS).find(|&cell| {
            end += self.span_of(cell);
            column < end
        })
    }

    /// Marks what the words of a node that decide may be found in.
    pub(crate) fn mark_named(&mut self, id: u32) {
        let mut at = Some(id);
        for _ in 0..=MAX_INSIDE + MAX_WRAP {
            let Some(id) = at else { return };
            self.table.mark(id, Mark::Named);
            at = self.table.parent(id);
        }
    }

    /// The label right before a value, both alone in a row of their own or in turn with others.
    fn label_before(&self, id: u32) -> Option<&Words> {
        let is_named = |id| self.table.has(id, Mark::Named);
        // Most texts stand nowhere near words that decide.
        self.table.ancestors(id).take(MAX_WRAP + 1).last().filter(|&top| is_named(top))?;
        let mut at = id;
        for _ in 0..=MAX_WRAP {
            if let Some(before) = self.beside(at, |id| self.table.prev(id)) {
                let words = Some(before).filter(|&id| is_named(id)).and_then(|id| self.words_of(id));
                let words = words.filter(|words| words.rule.is_some())?;
                let behind = || self.beside(at, |id| self.table.next(id));
                let is_label = |id| self.words_of(id).is_some_and(|words| words.rule.is_some());
                return (self.takes_values(id) || behind().is_none_or(is_label)).then_some(words);
            }
            at = self.table.parent(at)?;
            let is_row_part = matches!(
                self.tag(at)?,
                Tag::Other | Tag::Block | Tag::Link | Tag::Cell | Tag::HeaderCell | Tag::Svg
            );
            if !is_row_part {
                return None;
            }
        }
        None
    }

    /// The next sibling, in one direction, that a reader sees.
    fn beside(&self, id: u32, step: impl Fn(u32) -> Option<u32>) -> Option<u32> {
        let is_seen = |&id: &u32| match self.tag(id) {
            Some(Tag::Text) => !self.flags(id).has(Flag::Blank),
            Some(Tag::Comment | Tag::Break | Tag::Script | Tag::Style) | None => false,
            Some(_) => true,
        };
        std::iter::successors(step(id), |&id| step(id)).take(MAX_BESIDE).find(is_seen)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use crate::session::support::Bench;
    use crate::session::support::el;
    use crate::session::support::rule;
    use crate::session::support::tag;
    use crate::session::support::text;

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
    fn a_term_tells_its_descriptions() {
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
    fn a_header_tells_its_column_through_spans() {
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
    fn a_header_may_stand_in_the_first_row_or_begin_its_own() {
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
    fn a_header_tells_a_grid_made_of_roles() {
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
    fn a_label_right_before_tells_the_value_in_a_row_of_two() {
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
    fn what_is_left_of_a_value_does_not_become_a_label() {
        for value in ["SSN 078-05-1120", "SSN ***********"] {
            let b = page(vec![tag(10, "p", vec![text(11, value)]), tag(12, "p", vec![text(13, "x")])]);
            assert_eq!(b.field(13), None, "{value}");
        }
    }

    #[test]
    fn a_list_of_links_is_no_list_of_fields() {
        let b = page(vec![
            tag(10, "ul", vec![says(20, "li", "Email"), says(22, "li", "About us")]),
            tag(11, "nav", vec![says(30, "a", "Email"), says(32, "a", "Help"), says(34, "a", "Terms")]),
        ]);
        assert_eq!([23, 33, 35].map(|id| b.field(id)), [None; 3]);
    }

    #[test]
    fn a_row_of_very_many_cells_costs_no_more_than_a_wide_one() {
        let cells = |from: u32| (0..2000).map(|i| says(from + 2 * i, "td", "x")).collect::<Vec<_>>();
        let b = page(vec![table(cells(1000), vec![tag(104, "tr", cells(10_000))])]);
        assert_eq!(b.field(13_999), None);
    }
}
