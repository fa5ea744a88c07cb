//! A cache of verdicts: texts that were redacted before, and their edits.
//!
//! Pages repeat themselves: style sheets, labels, class names, the name in the corner. A text is
//! remembered by a keyed 128-bit hash over the text and all that its verdict depends on; the key is
//! secret, so that no sender can make a text that passes for another. Of a text with findings only the
//! edits are kept: spans and replacements. Bounded: of two generations the older is evicted.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;

use highway::HighwayHash;
use highway::HighwayHasher;
use highway::Key;

use crate::redact::text::context::TextContext;
use crate::redact::text::reason;
use crate::text::edit::Edit;

/// Clean texts of a generation: 64 KiB entries of 17 bytes, about 2 MiB with the table.
const N_CLEAN: usize = 1 << 16;

/// Texts of a generation with findings, of at most [`Verdict::MAX_BYTES`] of replacements each.
const N_EDITED: usize = 1 << 14;

/// Recent names of clean texts: few texts make up most repetitions. 128 KiB.
const N_RECENT: usize = 1 << 13;

/// The hash of a text and of all that its verdict depends on.
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

/// The verdict on a text.
#[derive(Clone, Copy)]
pub(crate) enum Verdict<'a> {
    /// It has no findings.
    Clean,
    /// These edits, settled.
    Edited(&'a [Edit]),
}

impl<'a> Verdict<'a> {
    /// Edits of one text that are worth their memory.
    const MAX_EDITS: usize = 8;
    /// Bytes that they may write.
    const MAX_BYTES: usize = 256;

    /// The verdict that these edits make, if they are all that redacting did and few enough to keep.
    fn of(edits: &'a [Edit]) -> Option<Self> {
        let n_bytes: usize = edits.iter().map(|edit| edit.with.len()).sum();
        // An encoding that was rebuilt has counted what it holds: that would be missed next time.
        let is_plain = edits.iter().all(|edit| edit.tag != reason::COUNTED);
        match edits {
            [] => Some(Self::Clean),
            _ if is_plain && edits.len() <= Self::MAX_EDITS && n_bytes <= Self::MAX_BYTES => {
                Some(Self::Edited(edits))
            }
            _ => None,
        }
    }
}

/// Two generations: the older is evicted when the younger is full.
struct Generations<T> {
    young: HashMap<Name, T, BuildHasherDefault<Identity>>,
    old: HashMap<Name, T, BuildHasherDefault<Identity>>,
    capacity: usize,
}

impl<T> Generations<T> {
    fn new(capacity: usize) -> Self {
        Self { young: HashMap::default(), old: HashMap::default(), capacity }
    }

    /// Whether it is known. An entry of the older generation moves to the younger.
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

/// How a text is parsed.
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

/// What a verdict depends on besides the text and the policy.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// How it is parsed.
    pub reading: Reading,
    /// The context of the text.
    pub context: TextContext<'a>,
    /// Encodings around it.
    pub level: usize,
    /// Whether it is a URL already.
    pub in_url: bool,
}

/// Whether the policy is still the one that verdicts were remembered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PolicyCheck {
    Unchanged,
    /// All verdicts are forgotten.
    Changed,
}

/// The cache.
pub(crate) struct Memo {
    /// Of the policy in force: another one forgets all.
    digest: String,
    key: [u64; 4],
    /// Each in the slot that its last bits give.
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
    pub(crate) fn reset_on_policy_change(&mut self, digest: &str, secret: &[u8; 32]) -> PolicyCheck {
        let has_changed = self.digest != digest;
        if has_changed {
            self.recent = no_names();
            self.clean.clear();
            self.edited.clear();
            digest.clone_into(&mut self.digest);
        }
        for (to, from) in self.key.iter_mut().zip(secret.as_chunks().0) {
            // The secret names values elsewhere: here it is another key.
            *to = u64::from_le_bytes(*from) ^ 0x5a5a_5a5a_5a5a_5a5a;
        }
        if has_changed { PolicyCheck::Changed } else { PolicyCheck::Unchanged }
    }

    /// The name of a text.
    pub(crate) fn name(&self, text: &str, setting: Setting<'_>) -> Name {
        let Setting { reading, context, level, in_url } = setting;
        let flags = [
            reading as u8,
            context.surface as u8,
            context.posture as u8,
            context.mask as u8,
            u8::from(context.keeps_numbers),
            level as u8,
            u8::from(in_url),
            0,
        ];
        // As long as what is hashed at once, so that the text begins a block.
        let mut head = [0; 32];
        let all = flags.into_iter().chain(context.words.len().to_le_bytes());
        head.iter_mut().zip(all).for_each(|(to, from)| *to = from);
        let mut hasher = HighwayHasher::new(Key(self.key));
        hasher.append(&head);
        if !context.words.is_empty() {
            hasher.append(context.words.as_bytes());
        }
        hasher.append(text.as_bytes());
        let [low, high] = hasher.finalize128();
        Name(u128::from(high) << u64::BITS | u128::from(low))
    }

    /// The verdict, if it is remembered.
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

    /// Remembers the verdict that `edits` make, if it can be kept.
    pub(crate) fn remember(&mut self, name: Name, edits: &[Edit]) {
        match Verdict::of(edits) {
            Some(Verdict::Clean) => self.clean.insert(name, ()),
            Some(Verdict::Edited(edits)) => self.edited.insert(name, edits.into()),
            None => {}
        }
    }
}

/// In each slot a name that does not belong there.
fn no_names() -> Vec<Name> {
    (0..N_RECENT as u128).map(|at| Name(!at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::surface::Surface;

    fn setting(surface: Surface, words: &str) -> Setting<'_> {
        Setting {
            reading: Reading::Text,
            context: TextContext::new(surface).with_words(words),
            level: 1,
            in_url: false,
        }
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
        memo.reset_on_policy_change("a", &[1; 32]);
        let name = memo.name("some text", setting(Surface::Text, ""));
        assert!(memo.name("some text", setting(Surface::Css, "")) != name);
        assert!(memo.name("some text", setting(Surface::Text, "ssn")) != name);
        assert!(memo.name("text", setting(Surface::Text, "some ")) != name);
        let as_css = Setting { reading: Reading::Css, ..setting(Surface::Text, "") };
        assert!(memo.name("some text", as_css) != name);
        memo.remember(name, &[]);
        assert!(is_clean(&mut memo, name));
        memo.reset_on_policy_change("b", &[2; 32]);
        assert!(!is_clean(&mut memo, name) && memo.name("some text", setting(Surface::Text, "")) != name);
    }

    #[test]
    fn keeps_edits_that_say_all_and_are_few() {
        let mut memo = Memo::default();
        for (n, edits, is_kept) in [
            (1, vec![edit(3, 7)], true),
            (2, vec![edit(3, 7), edit(3, reason::COUNTED)], false),
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
