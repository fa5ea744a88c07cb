//! Texts that were judged before, and what came of it.
//!
//! Pages repeat themselves: style sheets, labels, class names, the name in the corner. A text is
//! remembered by a keyed 128-bit hash over the text and all that its judgement depends on; the key
//! is secret, so that nobody can make a text that passes for another. Of a text that had something
//! in it only the edits are kept: spans, and what is written there. Bounded: of two generations
//! the older goes.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;

use highway::HighwayHash;
use highway::HighwayHasher;
use highway::Key;

use crate::redact::text::redactor::Place;
use crate::redact::text::tag;
use crate::text::edit::Edit;

/// Clean texts of a generation: 64 KiB entries of 17 bytes, about 2 MiB with the table.
const N_CLEAN: usize = 1 << 16;

/// Texts of a generation that had something in them, of at most [`Verdict::MAX_BYTES`] each.
const N_EDITED: usize = 1 << 14;

/// Names of clean texts that are kept close: most texts that repeat are few. 128 KiB.
const N_RECENT: usize = 1 << 13;

/// One judged text, named.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name(u128);

/// The names are evenly spread already.
#[derive(Default)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(b);
        }
    }

    fn write_u128(&mut self, n: u128) {
        self.0 = n as u64;
    }
}

/// What came of judging a text.
#[derive(Clone, Copy)]
pub(crate) enum Verdict<'a> {
    /// Nothing is in it.
    Clean,
    /// These edits, settled.
    Edited(&'a [Edit]),
}

impl<'a> Verdict<'a> {
    /// Edits of one text that are worth their memory.
    const MAX_EDITS: usize = 8;
    /// Bytes that they may write.
    const MAX_BYTES: usize = 256;

    /// The verdict that these edits are, if they are all that judging did and few enough to keep.
    fn of(edits: &'a [Edit]) -> Option<Self> {
        let n_bytes: usize = edits.iter().map(|edit| edit.with.len()).sum();
        // An encoding that was rebuilt has counted what it holds: that would be missed next time.
        let is_plain = edits.iter().all(|edit| edit.tag != tag::COUNTED);
        match edits {
            [] => Some(Self::Clean),
            _ if is_plain && edits.len() <= Self::MAX_EDITS && n_bytes <= Self::MAX_BYTES => {
                Some(Self::Edited(edits))
            }
            _ => None,
        }
    }
}

/// Of two generations the older goes when the younger is full.
struct Generations<T> {
    young: HashMap<Name, T, BuildHasherDefault<Identity>>,
    old: HashMap<Name, T, BuildHasherDefault<Identity>>,
    capacity: usize,
}

impl<T> Generations<T> {
    fn new(capacity: usize) -> Self {
        Self { young: HashMap::default(), old: HashMap::default(), capacity }
    }

    /// Whether it is known; what is known of old becomes young.
    fn renew(&mut self, name: Name) -> bool {
        if self.young.contains_key(&name) {
            return true;
        }
        let old = if self.old.is_empty() { None } else { self.old.remove(&name) };
        let is_known = old.is_some();
        if let Some(known) = old {
            self.insert(name, known);
        }
        is_known
    }

    fn find(&mut self, name: Name) -> Option<&T> {
        if self.renew(name) { self.young.get(&name) } else { None }
    }

    fn insert(&mut self, name: Name, known: T) {
        if self.young.len() >= self.capacity {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, known);
    }

    fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

/// What a text is read as.
#[derive(Clone, Copy)]
pub(crate) enum Reading {
    /// Any text.
    Text,
    /// CSS.
    Css,
    /// A URL.
    Url,
    /// The attributes of an element, as JSON.
    Attributes,
    /// The same, of an element whose postures are lifted.
    AllowedAttributes,
}

/// What a judgement depends on besides the text and the policy.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// What it is read as.
    pub reading: Reading,
    /// Where it stands.
    pub place: Place<'a>,
    /// Encodings around it.
    pub level: usize,
    /// Whether it is a URL already.
    pub in_url: bool,
}

/// Whether a policy is the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Served {
    /// It is.
    Again,
    /// It is another: what was known before holds no longer.
    Anew,
}

/// Remembers texts and what came of them.
pub(crate) struct Memo {
    /// Of the policy in force: another one forgets all.
    digest: String,
    key: [u64; 4],
    /// Each in the place that its last bits say.
    recent: Vec<Name>,
    clean: Generations<()>,
    edited: Generations<Box<[Edit]>>,
}

impl Default for Memo {
    fn default() -> Self {
        Self {
            digest: String::new(),
            key: [0; 4],
            recent: no_names(),
            clean: Generations::new(N_CLEAN),
            edited: Generations::new(N_EDITED),
        }
    }
}

impl Memo {
    /// Forgets everything if another policy is in force than before.
    pub(crate) fn serve(&mut self, digest: &str, secret: &[u8; 32]) -> Served {
        let is_anew = self.digest != digest;
        if is_anew {
            self.recent = no_names();
            self.clean.clear();
            self.edited.clear();
            digest.clone_into(&mut self.digest);
        }
        for (to, from) in self.key.iter_mut().zip(secret.as_chunks().0) {
            // The secret names values elsewhere: here it is another key.
            *to = u64::from_le_bytes(*from) ^ 0x5a5a_5a5a_5a5a_5a5a;
        }
        if is_anew { Served::Anew } else { Served::Again }
    }

    /// The name of a text.
    pub(crate) fn name(&self, text: &str, setting: Setting<'_>) -> Name {
        let Setting { reading, place, level, in_url } = setting;
        let flags = [
            reading as u8,
            place.surface as u8,
            place.posture as u8,
            place.mask as u8,
            u8::from(place.keeps_numbers),
            level as u8,
            u8::from(in_url),
            0,
        ];
        // As long as what is hashed at once, so that the text begins a block.
        let mut head = [0; 32];
        let all = flags.into_iter().chain(place.words.len().to_le_bytes());
        head.iter_mut().zip(all).for_each(|(to, from)| *to = from);
        let mut hasher = HighwayHasher::new(Key(self.key));
        hasher.append(&head);
        if !place.words.is_empty() {
            hasher.append(place.words.as_bytes());
        }
        hasher.append(text.as_bytes());
        let [low, high] = hasher.finalize128();
        Name(u128::from(high) << u64::BITS | u128::from(low))
    }

    /// What came of judging it, if it was.
    pub(crate) fn verdict(&mut self, name: Name) -> Option<Verdict<'_>> {
        let recent = self.recent.get_mut(name.0 as usize % N_RECENT);
        if recent.as_deref() == Some(&name) {
            return Some(Verdict::Clean);
        }
        if self.clean.renew(name) {
            if let Some(recent) = recent {
                *recent = name;
            }
            return Some(Verdict::Clean);
        }
        self.edited.find(name).map(|edits| Verdict::Edited(edits))
    }

    /// Remembers what came of judging it, where that can be kept.
    pub(crate) fn remember(&mut self, name: Name, edits: &[Edit]) {
        match Verdict::of(edits) {
            Some(Verdict::Clean) => self.clean.insert(name, ()),
            Some(Verdict::Edited(edits)) => self.edited.insert(name, edits.into()),
            None => {}
        }
    }
}

/// In each place a name that does not belong there.
fn no_names() -> Vec<Name> {
    (0..N_RECENT as u128).map(|at| Name(!at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::surface::Surface;

    fn setting(surface: Surface, words: &str) -> Setting<'_> {
        Setting { reading: Reading::Text, place: Place::new(surface).words(words), level: 1, in_url: false }
    }

    fn is_clean(memo: &mut Memo, name: Name) -> bool {
        matches!(memo.verdict(name), Some(Verdict::Clean))
    }

    fn edit(with: usize, tag: u32) -> Edit {
        Edit { span: (0..3).into(), with: vec![b'*'; with], tag }
    }

    #[test]
    fn a_name_holds_for_one_text_in_one_place_under_one_key() {
        let mut memo = Memo::default();
        memo.serve("a", &[1; 32]);
        let name = memo.name("some text", setting(Surface::Text, ""));
        assert!(memo.name("some text", setting(Surface::Css, "")) != name);
        assert!(memo.name("some text", setting(Surface::Text, "ssn")) != name);
        assert!(memo.name("text", setting(Surface::Text, "some ")) != name);
        let as_css = Setting { reading: Reading::Css, ..setting(Surface::Text, "") };
        assert!(memo.name("some text", as_css) != name);
        memo.remember(name, &[]);
        assert!(is_clean(&mut memo, name));
        memo.serve("b", &[2; 32]);
        assert!(!is_clean(&mut memo, name) && memo.name("some text", setting(Surface::Text, "")) != name);
    }

    #[test]
    fn keeps_edits_that_say_all_and_are_few() {
        let mut memo = Memo::default();
        for (n, edits, is_kept) in [
            (1, vec![edit(3, 7)], true),
            (2, vec![edit(3, 7), edit(3, tag::COUNTED)], false),
            (3, vec![edit(Verdict::MAX_BYTES + 1, 7)], false),
            (4, vec![edit(1, 7); Verdict::MAX_EDITS + 1], false),
        ] {
            memo.remember(Name(n), &edits);
            match memo.verdict(Name(n)) {
                Some(Verdict::Edited(known)) => assert!(is_kept && known == edits),
                Some(Verdict::Clean) => panic!("edits are not clean"),
                None => assert!(!is_kept),
            }
        }
    }

    #[test]
    fn stays_bounded_and_keeps_what_is_used() {
        let mut memo = Memo::default();
        let used = Name(7);
        memo.remember(used, &[]);
        for n in 0..4 * N_CLEAN as u128 {
            memo.remember(Name(1000 + n), &[]);
            memo.remember(Name(1000 + n), &[edit(1, 7)]);
            assert!(is_clean(&mut memo, used));
        }
        assert!(memo.clean.young.len() + memo.clean.old.len() <= 2 * N_CLEAN);
        assert!(memo.edited.young.len() + memo.edited.old.len() <= 2 * N_EDITED);
    }
}
