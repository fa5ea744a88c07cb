//! HTML ids: which elements carry one or point to one. Keeps hashes only.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use siphasher::sip::SipHasher13;

use crate::session::bytes::ByteReader;
use crate::session::bytes::ByteWriter;

/// Elements looked at for one id. Pages repeat ids, and hostile pages do so without end.
const MAX_ELEMENTS_PER_ID: usize = 8;

/// A short hash of a name. It is the same in every process and version, because replicas share
/// windows that hold it.
pub(super) fn hash_name(name: &str) -> u32 {
    SipHasher13::new().hash(name.as_bytes()) as u32
}

/// Elements by the hash of an id, and ids by element.
#[derive(Default, Debug)]
pub(super) struct HtmlIds {
    by_hash: BTreeSet<(u32, u32)>,
    of: BTreeMap<u32, u32>,
}

impl HtmlIds {
    pub(super) fn set(&mut self, element: u32, hash: Option<u32>) {
        if let Some(old) = self.of.remove(&element) {
            self.by_hash.remove(&(old, element));
        }
        if let Some(hash) = hash {
            self.of.insert(element, hash);
            self.by_hash.insert((hash, element));
        }
    }

    pub(super) fn find(&self, hash: u32) -> impl Iterator<Item = u32> {
        self.by_hash
            .range((hash, 0)..=(hash, u32::MAX))
            .map(|&(_, element)| element)
            .take(MAX_ELEMENTS_PER_ID)
    }

    pub(super) fn write(&self, out: &mut ByteWriter) {
        out.map(&self.of, |out, &hash| out.number(hash));
    }

    pub(super) fn read(from: &mut ByteReader<'_>) -> Option<Self> {
        let of = from.map(ByteReader::number)?;
        let by_hash = of.iter().map(|(&element, &hash)| (hash, element)).collect();
        Some(Self { by_hash, of })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        // Two B-trees of 8 bytes an entry, two thirds full.
        self.of.len() * 24
    }
}
