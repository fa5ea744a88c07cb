//! A window as bytes, for stores outside this process: small, versioned, without page text.
//!
//! The bytes hold what a [`Window`] holds: kinds, verdicts, hashes, and short label texts. Nodes are
//! in document order, each with the number of its children, so that no links need to be written.
//! The whole is compressed and has a checksum.
//!
//! **Invariant:** bytes of another version, truncated bytes and altered bytes give no window, and so
//! lead to strict treatment. The limits of a window bound what the bytes claim before anything is
//! built.
//!
//! **Cost.** One pass over the nodes in each direction. 0.3 to 0.8 bytes per node on recorded pages
//! of 400 to 7,700 nodes (the largest: 2.6 KB for the window, a third of a millisecond for writing
//! and reading).

use std::io::Read;

use zstd::stream::read::Decoder;
use zstd::stream::write::Encoder;

use crate::session::bytes::ByteReader;
use crate::session::bytes::ByteWriter;
use crate::session::element_kind::ElementKind;
use crate::session::form_control::FormControl;
use crate::session::html_id::HtmlIds;
use crate::session::ids::NO_NODE;
use crate::session::label_text::LabelText;
use crate::session::limits::WindowLimits;
use crate::session::node::Flags;
use crate::session::table::Slot;
use crate::session::window::Window;

/// Goes up with each change of the format, of the meaning of a node kind, or of the hash of names.
const VERSION: u8 = 1;

/// Bound on the decompressed size. The largest window that the limits allow is smaller.
const MAX_PLAIN_BYTES: u64 = 64 << 20;

/// Favors speed: a window is written once per request.
const COMPRESSION_LEVEL: i32 = 1;

impl Window {
    /// The bytes of this window; empty if compression fails, which [`Self::from_bytes`] rejects.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = ByteWriter::default();
        self.write(&mut out);
        compress(out.as_bytes()).unwrap_or_default()
    }

    /// Reads a window from the bytes of [`Window::to_bytes`].
    ///
    /// `None`, and so an unknown window, for bytes of another version and for damaged bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&version, packed) = bytes.split_first()?;
        if version != VERSION {
            return None;
        }
        let mut plain = Vec::new();
        Decoder::new(packed).ok()?.take(MAX_PLAIN_BYTES + 1).read_to_end(&mut plain).ok()?;
        if plain.len() as u64 > MAX_PLAIN_BYTES {
            return None;
        }
        let mut from = ByteReader::new(&plain);
        let window = Self::read(&mut from)?;
        from.is_at_end().then_some(window)
    }

    fn write(&self, out: &mut ByteWriter) {
        out.flag(self.is_overflowed);
        out.option(self.root);
        self.write_nodes(out);
        out.map(&self.facts, |out, facts| {
            out.number(facts.len() as u32);
            facts.iter().for_each(|&fact| out.number(u32::from(fact)));
        });
        out.map(&self.controls, |out, control| control.write(out));
        out.map(&self.label_texts, |out, label| {
            out.text(&label.text);
            out.rule(label.rule);
        });
        self.html_ids.write(out);
        self.label_targets.write(out);
        out.map(&self.column_spans, |out, &span| out.byte(span));
    }

    fn read(from: &mut ByteReader<'_>) -> Option<Self> {
        let is_overflowed = from.flag()?;
        let root = from.option()?;
        let mut window = Self { root, is_overflowed, ..Self::default() };
        window.read_nodes(from)?;
        window.facts = from.map(|from| {
            let n = from.count()?;
            (0..n).map(|_| from.number().and_then(|fact| fact.try_into().ok())).collect()
        })?;
        window.controls = from.map(FormControl::read)?;
        window.label_texts =
            from.map(|from| Some(LabelText { text: from.text()?.into(), rule: from.rule()? }))?;
        window.html_ids = HtmlIds::read(from)?;
        window.label_targets = HtmlIds::read(from)?;
        window.column_spans = from.map(ByteReader::byte)?;
        let kept = window.facts.keys().chain(window.controls.keys()).chain(window.label_texts.keys());
        let mut kept = kept.chain(window.column_spans.keys());
        if !kept.all(|&id| window.table.get(id).is_some()) {
            return None;
        }
        // Marks are not written: they follow from the label texts.
        let labels = window.label_texts.iter();
        let with_rule: Vec<u32> =
            labels.filter(|(_, label)| label.rule.is_some()).map(|(&id, _)| id).collect();
        for id in with_rule {
            window.mark_rule_label(id);
        }
        Some(window)
    }

    /// All nodes, parents before children: distance of the id from the one before, kind, flags, and
    /// number of children.
    fn write_nodes(&self, out: &mut ByteWriter) {
        out.number(self.table.len() as u32);
        let mut before = 0;
        for root in self.table.roots() {
            for id in self.table.subtree(root) {
                let Some(node) = self.table.get(id) else { continue };
                out.distance(before, id);
                before = id;
                out.byte(node.tag.code());
                out.number(u32::from(node.flags.bits()));
                out.number(self.table.children(id).count() as u32);
            }
        }
    }

    fn read_nodes(&mut self, from: &mut ByteReader<'_>) -> Option<()> {
        let limits = WindowLimits::default();
        let mut left = from.number().filter(|&n| n <= limits.max_nodes)?;
        let mut before = 0;
        // Parents with children still to read, and how many.
        let mut open: Vec<(u32, u32)> = Vec::new();
        while left > 0 {
            let id = from.distance(before)?;
            before = id;
            let tag = ElementKind::from_code(from.byte()?)?;
            let flags = Flags::from_bits(from.number()?.try_into().ok()?);
            let n_children = from.number()?;
            while open.pop_if(|(_, n)| *n == 0).is_some() {}
            let parent = open.last_mut().map_or(NO_NODE, |(parent, n)| {
                *n -= 1;
                *parent
            });
            if !self.table.insert(id, Slot { parent, before: None }, tag, flags, limits) {
                return None;
            }
            open.push((id, n_children));
            left -= 1;
        }
        open.iter().all(|(_, n)| *n == 0).then_some(())
    }
}

fn compress(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = Encoder::new(vec![VERSION], COMPRESSION_LEVEL)?;
    packed.include_checksum(true)?;
    std::io::Write::write_all(&mut packed, plain)?;
    packed.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::session::test_support::Bench;
    use crate::session::test_support::el;
    use crate::session::test_support::tag;
    use crate::session::test_support::text;
    use crate::session::treatment::Treatment;

    fn filled() -> Window {
        let mut b = Bench::new(&[(".ph-mask", Treatment::Mask)]);
        b.page(vec![
            el(10, "label", json!({"for": "a"}), vec![text(11, "SSN")]),
            el(12, "input", json!({"id": "a", "name": "n", "aria-labelledby": "x y"}), vec![]),
            el(20, "div", json!({"class": "ph-mask"}), vec![text(21, "Jane Roe"), tag(22, "td", vec![])]),
            el(3000, "td", json!({"colspan": "2"}), vec![]),
        ]);
        b.window
    }

    #[test]
    fn a_window_reads_back_unchanged() {
        let before = filled();
        let bytes = before.to_bytes();
        let after = Window::from_bytes(&bytes).unwrap();
        assert_eq!((after.len(), after.root), (before.len(), before.root));
        for id in 0..3100 {
            assert!(before.reader().node(id) == after.reader().node(id), "{id}");
        }
        assert_eq!(after.to_bytes(), bytes);
        assert_eq!(Window::from_bytes(&Window::default().to_bytes()).unwrap().len(), 0);
    }

    #[test]
    fn contains_no_page_text_but_labels() {
        let mut out = ByteWriter::default();
        filled().write(&mut out);
        let has = |text: &str| out.as_bytes().windows(text.len()).any(|part| part == text.as_bytes());
        assert!(has("SSN") && !has("Jane") && !has("Roe"));
    }

    #[test]
    fn damaged_bytes_give_no_window() {
        let bytes = filled().to_bytes();
        for end in 0..bytes.len() {
            assert!(Window::from_bytes(&bytes[..end]).is_none(), "{end}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            if let Some(window) = Window::from_bytes(&changed) {
                // Some bits of the frame header have no meaning.
                assert_eq!(window.to_bytes(), bytes, "{at}");
            }
        }
        assert!(Window::from_bytes(&[&[VERSION + 1], &bytes[1..]].concat()).is_none());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_do_not_panic(plain in proptest::collection::vec(prop_oneof![0..8_u8, any::<u8>()], 0..200)) {
            let _ = Window::from_bytes(&plain);
            if let Some(window) = Window::from_bytes(&compress(&plain).unwrap()) {
                for id in 0..300 {
                    let _ = window.reader().node(id);
                }
                window.reader().visit_runs(|_| {});
            }
        }
    }
}
