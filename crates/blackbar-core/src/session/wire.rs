//! A window as bytes, for stores outside this process: small, versioned, without page text.
//!
//! Holds what a [`Window`] holds: kinds, verdicts, hashes, and the short words of labels. The nodes
//! stand in document order, each with the number of its children, so that links cost nothing; the
//! whole is compressed and carries a checksum.
//!
//! **Invariant:** bytes of another version, cut short or changed give no window, and so strict
//! treatment; what they claim is bounded by the limits of a window before anything is built.
//!
//! **Cost.** One pass over the nodes each way; 0.3 to 0.8 bytes a node on recorded pages of 400 to
//! 7,700 nodes (the largest: 2.6 KB a window, a third of a millisecond there and back).

use std::io::Read;

use zstd::stream::read::Decoder;
use zstd::stream::write::Encoder;

use crate::session::bytes::Reader;
use crate::session::bytes::Writer;
use crate::session::control::Control;
use crate::session::html_id::HtmlIds;
use crate::session::table::Flags;
use crate::session::table::NONE;
use crate::session::table::Place;
use crate::session::table::WindowLimits;
use crate::session::tag::Tag;
use crate::session::window::Window;
use crate::session::words::Words;

/// Changes with each change of what is written, of what a kind of node means, or of the hash of
/// names.
const VERSION: u8 = 1;

/// A window of all nodes that the limits allow, each with a label, is smaller.
const MAX_BYTES: u64 = 64 << 20;

/// Fast: a window is written once a request.
const LEVEL: i32 = 1;

impl Window {
    /// The bytes; empty if they cannot be made, which no reader takes for a window.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        self.write(&mut out);
        compress(out.as_bytes()).unwrap_or_default()
    }

    /// The window that [`Window::to_bytes`] gave these bytes for.
    ///
    /// `None` for bytes of another version, and for bytes that are not whole: the window is unknown.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&version, packed) = bytes.split_first()?;
        if version != VERSION {
            return None;
        }
        let mut plain = Vec::new();
        Decoder::new(packed).ok()?.take(MAX_BYTES + 1).read_to_end(&mut plain).ok()?;
        if plain.len() as u64 > MAX_BYTES {
            return None;
        }
        let mut from = Reader::new(&plain);
        let window = Self::read(&mut from)?;
        from.is_at_end().then_some(window)
    }

    fn write(&self, out: &mut Writer) {
        out.flag(self.is_overflowed);
        out.option(self.root);
        self.write_nodes(out);
        out.map(&self.facts, |out, facts| {
            out.number(facts.len() as u32);
            facts.iter().for_each(|&fact| out.number(u32::from(fact)));
        });
        out.map(&self.controls, |out, control| control.write(out));
        out.map(&self.words, |out, words| {
            out.text(&words.text);
            out.rule(words.rule);
        });
        self.ids.write(out);
        self.fors.write(out);
        out.map(&self.spans, |out, &span| out.byte(span));
    }

    fn read(from: &mut Reader<'_>) -> Option<Self> {
        let is_overflowed = from.flag()?;
        let root = from.option()?;
        let mut window = Self { root, is_overflowed, ..Self::default() };
        window.read_nodes(from)?;
        window.facts = from.map(|from| {
            let n = from.count()?;
            (0..n).map(|_| from.number().and_then(|fact| fact.try_into().ok())).collect()
        })?;
        window.controls = from.map(Control::read)?;
        window.words = from.map(|from| Some(Words { text: from.text()?.into(), rule: from.rule()? }))?;
        window.ids = HtmlIds::read(from)?;
        window.fors = HtmlIds::read(from)?;
        window.spans = from.map(Reader::byte)?;
        let kept = window.facts.keys().chain(window.controls.keys()).chain(window.words.keys());
        let mut kept = kept.chain(window.spans.keys());
        if !kept.all(|&id| window.table.get(id).is_some()) {
            return None;
        }
        let named: Vec<u32> =
            window.words.iter().filter(|(_, words)| words.rule.is_some()).map(|(&id, _)| id).collect();
        for id in named {
            window.mark_named(id);
        }
        Some(window)
    }

    /// All nodes, parents before children: how far the id is from the one before, kind, flags, and
    /// number of children.
    fn write_nodes(&self, out: &mut Writer) {
        out.number(self.table.len() as u32);
        let mut before = 0;
        for root in self.table.roots() {
            for id in self.table.subtree(root) {
                let Some(node) = self.table.get(id) else { continue };
                out.step(before, id);
                before = id;
                out.byte(node.tag.code());
                out.number(u32::from(node.flags.bits()));
                out.number(self.table.children(id).count() as u32);
            }
        }
    }

    fn read_nodes(&mut self, from: &mut Reader<'_>) -> Option<()> {
        let limits = WindowLimits::default();
        let mut left = from.number().filter(|&n| n <= limits.max_nodes)?;
        let mut before = 0;
        // Parents whose children are still to come, and how many.
        let mut open: Vec<(u32, u32)> = Vec::new();
        while left > 0 {
            let id = from.step(before)?;
            before = id;
            let tag = Tag::from_code(from.byte()?)?;
            let flags = Flags::from_bits(from.number()?.try_into().ok()?);
            let n_children = from.number()?;
            while open.pop_if(|(_, n)| *n == 0).is_some() {}
            let parent = open.last_mut().map_or(NONE, |(parent, n)| {
                *n -= 1;
                *parent
            });
            if !self.table.insert(id, Place { parent, before: None }, tag, flags, limits) {
                return None;
            }
            open.push((id, n_children));
            left -= 1;
        }
        open.iter().all(|(_, n)| *n == 0).then_some(())
    }
}

fn compress(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut packed = Encoder::new(vec![VERSION], LEVEL)?;
    packed.include_checksum(true)?;
    std::io::Write::write_all(&mut packed, plain)?;
    packed.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::session::selector::Treat;
    use crate::session::support::Bench;
    use crate::session::support::el;
    use crate::session::support::tag;
    use crate::session::support::text;

    fn filled() -> Window {
        let mut b = Bench::new(&[(".ph-mask", Treat::Mask)]);
        b.page(vec![
            el(10, "label", json!({"for": "a"}), vec![text(11, "SSN")]),
            el(12, "input", json!({"id": "a", "name": "n", "aria-labelledby": "x y"}), vec![]),
            el(20, "div", json!({"class": "ph-mask"}), vec![text(21, "Jane Roe"), tag(22, "td", vec![])]),
            el(3000, "td", json!({"colspan": "2"}), vec![]),
        ]);
        b.window
    }

    #[test]
    fn a_window_comes_back_as_it_was() {
        let before = filled();
        let bytes = before.to_bytes();
        let after = Window::from_bytes(&bytes).unwrap();
        assert_eq!((after.len(), after.root), (before.len(), before.root));
        for id in 0..3100 {
            assert!(before.node(id) == after.node(id), "{id}");
        }
        assert_eq!(after.to_bytes(), bytes);
        assert_eq!(Window::from_bytes(&Window::default().to_bytes()).unwrap().len(), 0);
    }

    #[test]
    fn no_text_of_the_page_is_in_it_but_labels() {
        let mut out = Writer::default();
        filled().write(&mut out);
        let has = |text: &str| out.as_bytes().windows(text.len()).any(|part| part == text.as_bytes());
        assert!(has("SSN") && !has("Jane") && !has("Roe"));
    }

    #[test]
    fn bytes_that_are_not_whole_give_no_window() {
        let bytes = filled().to_bytes();
        for end in 0..bytes.len() {
            assert!(Window::from_bytes(&bytes[..end]).is_none(), "{end}");
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            if let Some(window) = Window::from_bytes(&changed) {
                // A bit of the frame's head may mean nothing.
                assert_eq!(window.to_bytes(), bytes, "{at}");
            }
        }
        assert!(Window::from_bytes(&[&[VERSION + 1], &bytes[1..]].concat()).is_none());
    }

    proptest! {
        #[test]
        fn garbage_gives_no_panic(plain in proptest::collection::vec(prop_oneof![0..8_u8, any::<u8>()], 0..200)) {
            let _ = Window::from_bytes(&plain);
            if let Some(window) = Window::from_bytes(&compress(&plain).unwrap()) {
                for id in 0..300 {
                    let _ = window.node(id);
                }
                window.runs(|_| {});
            }
        }
    }
}
