//! Any text, edited anywhere: deflated again it inflates to what the edits made of it.

#![no_main]

use blackbar_core::decode::codec::{Bound, Change, Codecs, Level};
use blackbar_core::text::edit::{self, Edit};
use libfuzzer_sys::fuzz_target;

const BOUND: Bound = Bound { bytes: 1 << 24, ratio: 1 << 20 };

fuzz_target!(|data: (Vec<u8>, Vec<(u8, u8, Vec<u8>)>, bool)| {
    let (old, cuts, is_quick) = data;
    let mut edits = Vec::new();
    let mut at = 0;
    for (gap, len, with) in cuts {
        let from = at + usize::from(gap);
        let to = from + usize::from(len);
        if to > old.len() {
            break;
        }
        edits.push(Edit { span: (from..to).into(), with, tag: 0 });
        at = to + 1;
    }
    let mut new = Vec::new();
    edit::apply(&old, &edits, &mut new);
    let mut codecs = Codecs::default();
    let (mut zipped, mut again, mut read) = (Vec::new(), Vec::new(), Vec::new());
    codecs.gzip(&old, if is_quick { Level::Body } else { Level::Field }, &mut zipped);
    let change = Change { old: &old, edits: &edits, new: &new };
    codecs.gzip_again(&zipped, &change, Level::Field, &mut again);
    assert!(codecs.gunzip(&again, BOUND, &mut read).is_ok_and(|()| read == new));
});
