//! Beginnings of personal values in a text that is being typed.
//!
//! A rule matches the whole; the keystrokes before it gave most of it away. What reads like the
//! beginning of something personal is masked at once, because its end may come with another
//! request. Masks too much rather than too little.

use crate::redact::text::context::Output;
use crate::redact::text::mask;
use crate::redact::text::reason::Reason;
use crate::text::fold;
use crate::text::span::Span;

/// Digits from which on the beginning of a number says too much.
const MIN_DIGITS: usize = 6;

/// How much of a text is looked at: its end, in bytes.
const MAX_SEARCHED_BYTES: usize = 4096;

/// Masks what reads like the beginning of something personal in a typed text, unless an edit covers
/// it already.
pub(crate) fn mask_beginnings(text: &str, out: &mut Output<'_>) {
    let n_found = out.len();
    for span in beginnings(text) {
        let mut known = out.edits.iter().take(n_found).map(|edit| edit.span);
        let is_known = known.any(|known| known.start <= span.start && span.end <= known.end);
        let found = span.of(text);
        if !is_known && !mask::is_masked(found) {
            out.replace(span, mask::mask(found, out.context.mask), Reason::Typing);
        }
    }
}

/// The parts of a typed text that read like the beginning of a card, account, document or phone
/// number, of an IBAN, or of an e-mail address.
///
/// Anywhere in the text: a person may go back and leave a beginning unfinished. Three passes over the
/// last [`MAX_SEARCHED_BYTES`] bytes.
fn beginnings(text: &str) -> Vec<Span> {
    let from = text.ceil_char_boundary(text.len().saturating_sub(MAX_SEARCHED_BYTES));
    let folded = fold::fold(text.get(from..).unwrap_or(""));
    let mut found = Vec::new();
    let words = words(folded.as_str());
    addresses(&words, &mut found);
    numbers(folded.as_str(), &mut found);
    ibans(&words, &mut found);
    found.into_iter().map(|span| folded.original_span(span).shifted(from)).collect()
}

/// A word and where it starts.
type Typed<'a> = (usize, &'a str);

fn words(text: &str) -> Vec<Typed<'_>> {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace().map(|word| (start(word), word)).collect()
}

/// Words that are `local@` or more of an address.
fn addresses(words: &[Typed<'_>], found: &mut Vec<Span>) {
    for &(start, word) in words {
        if word.split_once('@').is_some_and(|(local, _)| local.contains(char::is_alphanumeric)) {
            found.push(Span::new(start, start + word.len()));
        }
    }
}

/// Digits that are enough and in groups, or begin like a card.
fn numbers(text: &str, found: &mut Vec<Span>) {
    let is_separator = |b: u8| matches!(b, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+');
    let is_part = |c: char| c.is_ascii_digit() || u8::try_from(c).is_ok_and(is_separator);
    let mut rest = text;
    while let Some(at) = rest.find(is_part) {
        let (before, run) = rest.split_at(at);
        let end = run.find(|c| !is_part(c)).unwrap_or(run.len());
        let (run, after) = run.split_at(end);
        // Digits that go on to the left as a word are part of a name.
        let is_word = before.ends_with(char::is_alphanumeric);
        let run = if is_word { run.trim_start_matches(|c: char| c.is_ascii_digit()) } else { run };
        let run = run.trim_start_matches([' ', '-', '.', '/', ')']).trim_end_matches([' ', '.', '(']);
        let n_digits = run.bytes().filter(u8::is_ascii_digit).count();
        // A bare run of digits may be anything; only the first digits of cards say more.
        let is_grouped = run.bytes().any(is_separator) || run.starts_with(['2', '3', '4', '5', '6']);
        if n_digits >= MIN_DIGITS && is_grouped && (after.is_empty() || !is_date(run)) {
            let start = run.as_ptr() as usize - text.as_ptr() as usize;
            found.push(Span::new(start, start + run.len()));
        }
        rest = after;
    }
}

/// Whether a number is a whole date: a year of four digits first or last, and two short numbers.
fn is_date(run: &str) -> bool {
    let mut parts = run.split(['-', '.', '/']);
    let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
    let [Some(first), Some(middle), Some(last), None] = parts else { return false };
    let (day, year) = if first.len() == 4 { (last, first) } else { (first, last) };
    let is_at_most = |text: &str, most: u8| text.parse::<u8>().is_ok_and(|n| n <= most);
    year.len() == 4
        && (year.starts_with("19") || year.starts_with("20"))
        && is_at_most(day, 31)
        && is_at_most(middle, 31)
}

/// A country, two check digits, and an account: in one word, or in words of four.
fn ibans(words: &[Typed<'_>], found: &mut Vec<Span>) {
    const GROUP_CHARS: usize = 4;
    for (idx, &(start, word)) in words.iter().enumerate() {
        let is_country = word.as_bytes().first_chunk().is_some_and(|[a, b, c, d]| {
            a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() && d.is_ascii_digit()
        });
        let is_account = |word: &str| word.bytes().all(|b| b.is_ascii_alphanumeric());
        let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
        if !is_country || !is_account(word) {
            continue;
        }
        let (mut end, mut n_digits) = (start, 0);
        for &(at, word) in words.iter().skip(idx) {
            let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
            let is_group =
                at == start || word.len() == GROUP_CHARS || word.contains(|c: char| c.is_ascii_digit());
            if !is_group || !is_account(word) {
                break;
            }
            end = at + word.len();
            n_digits += word.bytes().filter(u8::is_ascii_digit).count();
            if word.len() != GROUP_CHARS {
                break;
            }
        }
        if n_digits >= MIN_DIGITS {
            found.push(Span::new(start, end));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> String {
        beginnings(text).iter().map(|span| span.of(text)).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn knows_beginnings_from_past_their_minimum() {
        for text in [
            "4111 11",
            "078-05-1",
            "+1 (202) 55",
            "(610) 555",
            "GB82 WEST 1234",
            "de413141",
            "jane@",
            "jane@exam",
            "４１１１１１",
        ] {
            assert_eq!(found(text), text);
        }
        for text in [
            "4111 1",
            "blue shoes",
            "2 x 100000 pcs",
            "meet @ noon",
            "ABCDEF123456",
            "00123499",
            "room B52-41",
            "",
        ] {
            assert_eq!(found(text), "", "{text}");
        }
    }

    #[test]
    fn knows_beginnings_in_a_sentence() {
        for (text, parts) in [
            ("my SSN is 614-23-4", "614-23-4"),
            ("call me: (610) 555 ", "(610) 555"),
            ("naïve — write to jane.roe@in", "jane.roe@in"),
            ("card ４１１１ １１", "４１１１ １１"),
            ("re FR19522637", "FR19522637"),
            ("re GB82 WEST 1234", "GB82 WEST 1234"),
            ("call (610) 555 after four", "(610) 555"),
            ("here jane.roe@in joe@exam", "jane.roe@in|joe@exam"),
            ("from GB82 WEST 1234 56, thanks", "1234 56|GB82 WEST 1234 56"),
            ("on 2026-01-31 or 31.01.2026, and 41-11-1987-1 too", "41-11-1987-1"),
        ] {
            assert_eq!(found(text), parts);
        }
        assert_eq!(found(&format!("{} 4111 11", "é".repeat(300))), "4111 11");
    }
}
