//! Which characters may be next to a match, and where a keyword counts as a word.
//!
//! The regex engine has no lookaround; this replaces it. Works on folded text, and decides from the few
//! characters around a span.

use crate::rules::Boundary;
use crate::rules::Keyword;
use crate::text::span::Span;

/// How much of a neighbor joined by a hyphen is read to see whether it is a piece of a hex id.
const MAX_HEX_PIECE_BYTES: usize = 12;

/// Whether the left and the right side of `span` are clean.
pub(crate) fn is_clean(text: &str, span: Span, boundary: Boundary) -> (bool, bool) {
    match boundary {
        Boundary::None => (true, true),
        Boundary::Word => (is_word_clean_left(text, span.start), is_word_clean_right(text, span.end)),
        Boundary::Number => (
            is_word_clean_left(text, span.start) && !number_goes_on_left(text.as_bytes(), span.start),
            is_word_clean_right(text, span.end) && !number_goes_on_right(text.as_bytes(), span.end),
        ),
        Boundary::Address => {
            let (left, right) = is_clean(text, span, Boundary::Number);
            (left && !follows_product(text.as_bytes(), span.start), right)
        }
    }
}

/// `Chrome/|146.0.27.56`: a capitalized name that is a word of its own, and a slash.
fn follows_product(bytes: &[u8], at: usize) -> bool {
    let Some((b'/', before)) = bytes.get(..at).and_then(<[u8]>::split_last) else { return false };
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let len = before.iter().rev().take_while(|byte| is_part(byte)).count();
    let Some((outside, name)) = before.split_at_checked(before.len() - len) else { return false };
    let is_alone = outside.last().is_none_or(|byte| matches!(byte, b' ' | b'(' | b';' | b',' | b'"' | b'\n'));
    is_alone && name.first().is_some_and(u8::is_ascii_uppercase)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_word_clean_left(text: &str, at: usize) -> bool {
    let Some(&byte) = at.checked_sub(1).and_then(|idx| text.as_bytes().get(idx)) else { return true };
    if byte.is_ascii() {
        return !is_word(char::from(byte));
    }
    text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !is_spaced_letter(c))
}

fn is_word_clean_right(text: &str, at: usize) -> bool {
    let Some(&byte) = text.as_bytes().get(at) else { return true };
    if byte.is_ascii() {
        return !is_word(char::from(byte));
    }
    text.get(at..).and_then(|rest| rest.chars().next()).is_none_or(|c| !is_spaced_letter(c))
}

/// A letter of a script that puts spaces between words. Thai, Lao, Burmese, Khmer and the scripts of East
/// Asia do not, so a number next to their letters is clean.
fn is_spaced_letter(c: char) -> bool {
    let is_unspaced =
        matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..);
    c.is_alphanumeric() && !is_unspaced
}

/// `%|23198754`: the escaped `#` of a color and its six digits. Any other number after a percent sign
/// may be a real one.
fn is_escaped_color(bytes: &[u8], at: usize) -> bool {
    const LEN: usize = 8;
    let before = at.checked_sub(1).and_then(|idx| bytes.get(idx));
    let rest = bytes.get(at..).unwrap_or(&[]);
    let n_digits = rest.iter().take(LEN + 1).take_while(|byte| byte.is_ascii_digit()).count();
    before == Some(&b'%') && rest.starts_with(b"23") && n_digits == LEN
}

/// `3.|1415`, `12-|3456`, `1a2b-|3456`.
fn number_goes_on_left(bytes: &[u8], at: usize) -> bool {
    if is_escaped_color(bytes, at) {
        return true;
    }
    let Some((joint, beyond)) =
        at.checked_sub(2).and_then(|idx| Some((*bytes.get(idx + 1)?, *bytes.get(idx)?)))
    else {
        return false;
    };
    match joint {
        b'.' => beyond.is_ascii_digit(),
        b'-' => beyond.is_ascii_digit() || is_hex_piece(bytes.get(..at - 1).unwrap_or(&[]).iter().rev()),
        _ => false,
    }
}

fn number_goes_on_right(bytes: &[u8], at: usize) -> bool {
    let (Some(&joint), Some(&beyond)) = (bytes.get(at), bytes.get(at + 1)) else { return false };
    match joint {
        b'.' => beyond.is_ascii_digit(),
        b'-' => beyond.is_ascii_digit() || is_hex_piece(bytes.get(at + 1..).unwrap_or(&[]).iter()),
        _ => false,
    }
}

/// Whether the run of letters and digits that comes next is hexadecimal and has a digit.
fn is_hex_piece<'a>(bytes: impl Iterator<Item = &'a u8>) -> bool {
    let mut has_digit = false;
    for byte in bytes.take(MAX_HEX_PIECE_BYTES).take_while(|byte| byte.is_ascii_alphanumeric()) {
        if !byte.is_ascii_hexdigit() {
            return false;
        }
        has_digit |= byte.is_ascii_digit();
    }
    has_digit
}

/// Whether a span ends or begins inside a UUID: `3f2a9c1e-5b7d|-4e8f-9a0b-1c2d3e4f5a6b`.
pub(crate) fn cuts_uuid(text: &str, span: Span) -> bool {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let is_part = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b'-';
    let bytes = text.as_bytes();
    let max_len = GROUPS.iter().sum::<usize>() + GROUPS.len();
    let run_around = |at: usize| {
        let before =
            bytes.get(..at).unwrap_or_default().iter().rev().take(max_len).take_while(is_part).count();
        let after = bytes.get(at..).unwrap_or_default().iter().take(max_len).take_while(is_part).count();
        (before > 0 && after > 0).then(|| Span::new(at - before, at + after))
    };
    [span.start, span.end].into_iter().filter_map(run_around).any(|run| {
        let groups = run.of(text).split('-').map(str::len);
        groups.eq(GROUPS)
    })
}

/// Whether a value is an example that shows a form and holds none: digits that are all the same, or an `x` for
/// each character (`AKIAXXXXXXXXXXXXXXXX`, `ghp_xxxxxxxx…`).
pub(crate) fn is_placeholder(value: &str) -> bool {
    const MIN_REPEATED: usize = 7;
    let mut characters = value.bytes().rev().filter(u8::is_ascii_alphanumeric);
    let Some(last) = characters.next() else { return false };
    let n_repeated = 1 + characters.by_ref().take_while(|byte| *byte == last).count();
    // The search stops at the first other character.
    let has_other = value.bytes().filter(u8::is_ascii_alphanumeric).count() > n_repeated;
    match last {
        b'0'..=b'9' => n_repeated >= MIN_REPEATED && !has_other && !value.starts_with('+'),
        b'x' | b'X' => n_repeated > MIN_REPEATED && (value.len() <= 2 * n_repeated),
        _ => false,
    }
}

/// Whether the keyword at `span` is a whole word. `cardNumber` is two.
pub(crate) fn is_keyword(text: &str, span: Span, keyword: &Keyword) -> bool {
    let (Some(found), Some(before), Some(after)) =
        (text.get(span.range()), text.get(..span.start), text.get(span.end..))
    else {
        return false;
    };
    let left = keyword.is_open_left || starts_word(before, found);
    left && (keyword.is_open_right || ends_word(found, after))
}

pub(crate) fn starts_word(before: &str, found: &str) -> bool {
    let (Some(previous), Some(first)) = (before.chars().next_back(), found.chars().next()) else {
        return true;
    };
    let joins = previous.is_alphabetic() && first.is_alphanumeric() && is_spaced_letter(previous);
    !joins || (first.is_uppercase() && previous.is_lowercase()) || !is_spaced_letter(first)
}

fn ends_word(found: &str, after: &str) -> bool {
    let mut rest = after.chars();
    let (Some(last), Some(mut next)) = (found.chars().next_back(), rest.next()) else { return true };
    if matches!(next, 's' | 'S') && last.is_alphabetic() {
        match rest.next() {
            Some(c) => next = c,
            None => return true,
        }
    }
    let joins = next.is_alphabetic() && last.is_alphabetic() && is_spaced_letter(next);
    !joins || (next.is_uppercase() && last.is_lowercase()) || !is_spaced_letter(last)
}

/// Where the search resumes after the match at `start` failed: after its run of word characters.
pub(crate) fn next_start(bytes: &[u8], start: usize, boundary: Boundary) -> usize {
    if boundary == Boundary::None {
        return start + 1;
    }
    let run = bytes.get(start..).unwrap_or(&[]);
    let len = run.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    start + len.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, boundary: Boundary, expected: (bool, bool)) {
        let start = text.find("4111").unwrap();
        assert_eq!(is_clean(text, Span::new(start, start + 4), boundary), expected, "{text}");
    }

    #[test]
    fn letters_and_digits_are_unclean_for_words() {
        check("x4111", Boundary::Word, (false, true));
        check("41112", Boundary::Word, (true, false));
        check("é4111_", Boundary::Word, (false, false));
        check("(4111)", Boundary::Word, (true, true));
        check("号4111号", Boundary::Word, (true, true));
    }

    #[test]
    fn an_escaped_color_is_no_number_but_others_after_a_percent_sign_are() {
        let is_clean_left = |text: &str| {
            let span = Span::new(1, text.len());
            is_clean(text, span, Boundary::Number).0
        };
        assert!(!is_clean_left("%23198754"));
        assert!(["%2221000000000009", "%231987541", "%2319875", "%24198754"].into_iter().all(is_clean_left));
    }

    #[test]
    fn longer_numbers_are_unclean_for_numbers() {
        check("3.4111", Boundary::Number, (false, true));
        check("%4111", Boundary::Number, (true, true));
        check("4111.5", Boundary::Number, (true, false));
        check("12-4111-x", Boundary::Number, (false, true));
        check("ab1f-4111-7abc", Boundary::Number, (false, false));
        check("MRN-4111.", Boundary::Number, (true, true));
        check("1,4111,2", Boundary::Number, (true, true));
    }

    #[test]
    fn versions_of_products_are_unclean_for_addresses() {
        check("like Gecko) Chrome/4111", Boundary::Address, (false, true));
        check("Edg/4111", Boundary::Address, (false, true));
        check("https://host/Chrome/4111", Boundary::Address, (true, true));
        check("https://4111/", Boundary::Address, (true, true));
        check("GET /proxy/4111", Boundary::Address, (true, true));
        check("host/4111.5", Boundary::Address, (true, false));
    }

    fn keyword(text: &str, word: &str) -> bool {
        let start = text.to_lowercase().find(word).unwrap();
        let keyword = Keyword { text: word.to_owned(), is_open_left: false, is_open_right: false };
        is_keyword(text, Span::new(start, start + word.len()), &keyword)
    }

    #[test]
    fn keywords_are_words_in_any_spelling() {
        for text in ["card", "Cards:", "cardNumber", "my_card", "myCard1", "CARD_NO"] {
            assert!(keyword(text, "card"), "{text}");
        }
        for text in ["cardinal", "discard", "CARDINAL"] {
            assert!(!keyword(text, "card"), "{text}");
        }
        assert!(keyword("你的身份证号", "身份证"));
        assert!(keyword("เลขประจำตัวประชาชน", "เลขประจำตัว"));
    }

    #[test]
    fn a_part_of_a_uuid_is_no_token() {
        let text = "?id=21636369-8b52-4b4a-97b7-50923ceb3ffd&x=1";
        assert!(cuts_uuid(text, Span::new(4, 27)));
        assert!(cuts_uuid(text, Span::new(13, 40)));
        assert!(!cuts_uuid(text, Span::new(4, 40)));
        assert!(!cuts_uuid("?id=21636369-8b52-4b4a-97b7", Span::new(4, 17)));
    }

    #[test]
    fn repeated_characters_are_placeholders() {
        for text in
            ["000000000", "111-11-1111", "AKIAXXXXXXXXXXXXXXXX", "ghp_xxxxxxxxxxxxxxxxxxxx", "xxxxxxxx"]
        {
            assert!(is_placeholder(text), "{text}");
        }
        for text in
            ["000000001", "111111", "+4444444444", "tokFAKE-9f8e7d6cxxxxxxxx", "aaaaaaaaaaaa", "Xxxxx"]
        {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn the_search_resumes_after_the_run_of_a_failed_match() {
        assert_eq!(next_start(b"1234 5678", 0, Boundary::Number), 4);
        assert_eq!(next_start(b"(202)", 0, Boundary::Number), 1);
        assert_eq!(next_start(b"1234", 0, Boundary::None), 1);
    }
}
