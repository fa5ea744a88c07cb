//! Which elements carry an HTML id, or point to one: hashes only.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::session::bytes::Reader;
use crate::session::bytes::Writer;

/// Elements looked at for one id: pages repeat ids, hostile ones without end.
const MAX_SAME: usize = 8;

/// Elements by the hash of an id, and back.
#[derive(Default, Debug)]
pub(crate) struct HtmlIds {
    by_hash: BTreeSet<(u32, u32)>,
    of: BTreeMap<u32, u32>,
}

impl HtmlIds {
    pub(crate) fn set(&mut self, element: u32, hash: Option<u32>) {
        if let Some(old) = self.of.remove(&element) {
            self.by_hash.remove(&(old, element));
        }
        if let Some(hash) = hash {
            self.of.insert(element, hash);
            self.by_hash.insert((hash, element));
        }
    }

    pub(crate) fn find(&self, hash: u32) -> impl Iterator<Item = u32> {
        self.by_hash.range((hash, 0)..=(hash, u32::MAX)).map(|&(_, element)| element).take(MAX_SAME)
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.map(&self.of, |out, &hash| out.number(hash));
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Option<Self> {
        let of = from.map(Reader::number)?;
        let by_hash = of.iter().map(|(&element, &hash)| (hash, element)).collect();
        Some(Self { by_hash, of })
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        // Two B-trees of 8 bytes an entry, two thirds full.
        self.of.len() * 24
    }
}
