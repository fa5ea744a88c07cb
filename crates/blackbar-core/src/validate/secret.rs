//! Whether a value looks random: mixed letters and digits, and enough different ones.

/// PostHog project tokens are public, and requests are routed by them; deployment ids select the files of a page.
const PUBLIC: [&str; 2] = ["phc_", "dpl_"];

/// `secret`: Secret after a distinctive prefix: letters and digits, not a plain hash of one letter case and not a chain
/// of words.
pub(super) fn is_mixed(text: &str) -> bool {
    let has_letter = has(text, u8::is_ascii_alphabetic);
    has_letter
        && has(text, u8::is_ascii_digit)
        && !PUBLIC.iter().any(|prefix| text.starts_with(prefix))
        && entropy(text) >= 3.0
}

/// `random`: Secret after a vague name such as `key`: also of high entropy, and not a UUID or decimal number.
pub(super) fn is_random(text: &str) -> bool {
    is_mixed(text) && entropy(text) >= 3.4 && !is_uuid(text) && !is_chain(text)
}

/// `opaque`: Random value in a URL: also not a plain hash, as in file names.
pub(super) fn is_opaque(text: &str) -> bool {
    let is_hash = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    !is_hash && is_random(text)
}

/// `mixed-case`: Both letter cases and digits, unlike a hex hash.
pub(super) fn is_mixed_case(text: &str) -> bool {
    has(text, u8::is_ascii_uppercase) && has(text, u8::is_ascii_lowercase) && is_mixed(text)
}

fn has(text: &str, class: fn(&u8) -> bool) -> bool {
    text.as_bytes().iter().any(class)
}

/// Shannon entropy in bits per byte.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let len = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX)).max(1.0);
    let shares = counts.iter().filter(|&&count| count > 0).map(|&count| f64::from(count) / len);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(idx, byte)| match idx {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `settings.page2.title`, `my-long-name-1`: pieces that are words or short numbers.
fn is_chain(text: &str) -> bool {
    let mut pieces = text.split(['.', '-', '_', '/', '+', '=', '%']).filter(|piece| !piece.is_empty());
    pieces.all(|piece| {
        let letters = piece.trim_end_matches(|c: char| c.is_ascii_digit());
        let n_digits = piece.len() - letters.len();
        let is_year = letters.is_empty() && n_digits <= 4;
        is_year
            || (letters.bytes().all(|byte| byte.is_ascii_alphabetic())
                && n_digits <= 3
                && letters.len() <= 14)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_random_values_from_words() {
        for text in ["tokFAKE-9f8e7d6c5b4a39281706", "q7Xv9Lk2Jw4Zr8Tn1Yb6"] {
            assert!(is_mixed(text) && is_random(text), "{text}");
        }
        for text in ["settings.page2.title", "fading-circle-1", "019ac0de-4111-7111-8111-411111111111"] {
            assert!(!is_random(text), "{text}");
        }
        assert!(!is_mixed("phc_demoTOKEN0123456789demoTOKEN0123456789abcd"));
    }
}
