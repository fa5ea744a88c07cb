//! Texts that were judged before and had nothing in them.
//!
//! Pages repeat themselves: style sheets, labels, class names. A text is remembered by a keyed
//! 128-bit hash over the text and all that its judgement depends on; the key is secret, so that
//! nobody can make a text that passes for another. Bounded: of two generations the older goes.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;

use siphasher::sip128::Hasher128;
use siphasher::sip128::SipHasher13;

use crate::redact::redactor::Place;

/// Entries of a generation: 64 KiB entries of 16 bytes, about 2 MiB with the table.
const CAPACITY: usize = 1 << 16;

/// Texts shorter than this are judged faster than looked up.
const SHORTEST: usize = 8;

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

type Generation = HashSet<Name, BuildHasherDefault<Identity>>;

/// What a judgement depends on besides the text and the policy.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// How it is read: as any text, as CSS.
    pub reading: u8,
    /// Where it stands.
    pub place: Place<'a>,
    /// Encodings around it.
    pub level: usize,
    /// Whether it is a URL already.
    pub in_url: bool,
}

/// Remembers clean texts.
#[derive(Default)]
pub(crate) struct Memo {
    /// Of the policy in force: another one forgets all.
    digest: String,
    key: [u8; 16],
    young: Generation,
    old: Generation,
}

impl Memo {
    /// Forgets everything if another policy is in force than before.
    pub(crate) fn serve(&mut self, digest: &str, secret: &[u8; 32]) {
        if self.digest != digest {
            self.young.clear();
            self.old.clear();
            digest.clone_into(&mut self.digest);
        }
        self.key.iter_mut().zip(secret.iter().rev()).for_each(|(to, from)| *to = *from ^ 0x5a);
    }

    /// The name of a text; `None` if it is too short to be worth one.
    pub(crate) fn name(&self, text: &str, setting: Setting<'_>) -> Option<Name> {
        if text.len() < SHORTEST {
            return None;
        }
        let Setting { reading, place, level, in_url } = setting;
        let mut hasher = SipHasher13::new_with_key(&self.key);
        let flags = [
            reading,
            place.surface as u8,
            place.posture as u8,
            place.mask as u8,
            u8::from(place.keeps_numbers),
            level as u8,
            u8::from(in_url),
            0,
        ];
        hasher.write(&flags);
        hasher.write_usize(place.words.len());
        hasher.write(place.words.as_bytes());
        hasher.write(text.as_bytes());
        Some(Name(hasher.finish128().as_u128()))
    }

    /// Whether it was judged and had nothing in it.
    pub(crate) fn is_clean(&mut self, name: Name) -> bool {
        if self.young.contains(&name) {
            return true;
        }
        let known = self.old.contains(&name);
        if known {
            self.remember(name);
        }
        known
    }

    /// Remembers that there was nothing in it.
    pub(crate) fn remember(&mut self, name: Name) {
        if self.young.len() >= CAPACITY {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::surface::Surface;

    fn setting(surface: Surface, words: &str) -> Setting<'_> {
        Setting { reading: 0, place: Place::new(surface).words(words), level: 1, in_url: false }
    }

    #[test]
    fn a_name_holds_for_one_text_in_one_place_under_one_key() {
        let mut memo = Memo::default();
        memo.serve("a", &[1; 32]);
        let name = memo.name("some text", setting(Surface::Text, "")).unwrap();
        assert!(memo.name("some text", setting(Surface::Css, "")) != Some(name));
        assert!(memo.name("some text", setting(Surface::Text, "ssn")) != Some(name));
        assert!(memo.name("text", setting(Surface::Text, "some ")).is_none());
        memo.remember(name);
        assert!(memo.is_clean(name));
        memo.serve("b", &[2; 32]);
        assert!(!memo.is_clean(name) && memo.name("some text", setting(Surface::Text, "")) != Some(name));
    }

    #[test]
    fn stays_bounded_and_keeps_what_is_used() {
        let mut memo = Memo::default();
        let used = Name(7);
        memo.remember(used);
        for n in 0..4 * CAPACITY as u128 {
            memo.remember(Name(1000 + n));
            assert!(memo.is_clean(used));
        }
        assert!(memo.young.len() + memo.old.len() <= 2 * CAPACITY);
    }
}
