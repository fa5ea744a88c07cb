//! A pattern with an optional separator between any two characters, for numbers that have no official groups or are
//! written in other ones.
//!
//! Such a pattern matches far too much on its own: it counts only next to a keyword, and only if the check passes.
//!
//! **Invariant:** what the pattern matches, the result matches, too.

use regex_syntax::hir::{Capture, Class, ClassBytes, ClassBytesRange, Hir, HirKind, Repetition};

/// The pattern with an optional separator between any two characters.
pub(crate) fn allow_separators(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => hir.clone(),
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0).into_owned();
            joined(text.chars().map(|c| Hir::literal(c.to_string().into_bytes())))
        }
        HirKind::Repetition(repetition) => repeated(repetition),
        HirKind::Capture(capture) => {
            Hir::capture(Capture { sub: Box::new(allow_separators(&capture.sub)), ..capture.clone() })
        }
        HirKind::Concat(parts) => joined(parts.iter().map(allow_separators)),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(allow_separators).collect()),
    }
}

/// `x{n}` becomes `x` and `n - 1` times a separator and `x`.
fn repeated(repetition: &Repetition) -> Hir {
    let first = allow_separators(&repetition.sub);
    if repetition.max == Some(1) {
        return Hir::repetition(Repetition { sub: Box::new(first), ..repetition.clone() });
    }
    let rest = Hir::repetition(Repetition {
        min: repetition.min.saturating_sub(1),
        max: repetition.max.map(|max| max.saturating_sub(1)),
        greedy: repetition.greedy,
        sub: Box::new(Hir::concat(vec![separator(), first.clone()])),
    });
    let all = Hir::concat(vec![first, rest]);
    if repetition.min > 0 {
        return all;
    }
    Hir::repetition(Repetition { min: 0, max: Some(1), greedy: repetition.greedy, sub: Box::new(all) })
}

/// An optional part contains its separator, so that no separator remains if the part is absent.
fn joined(parts: impl Iterator<Item = Hir>) -> Hir {
    let mut all = Vec::new();
    let mut has_begun = false;
    for part in parts {
        if matches!(part.kind(), HirKind::Empty | HirKind::Look(_)) {
            all.push(part);
        } else if part.properties().minimum_len() == Some(0) {
            let inner = match part.kind() {
                HirKind::Repetition(Repetition { min: 0, max: Some(1), sub, .. }) => (**sub).clone(),
                _ => part,
            };
            let with = if has_begun { vec![separator(), inner] } else { vec![inner, separator()] };
            all.push(optional(Hir::concat(with)));
        } else {
            if has_begun {
                all.push(separator());
            }
            all.push(part);
            has_begun = true;
        }
    }
    Hir::concat(all)
}

fn optional(hir: Hir) -> Hir {
    Hir::repetition(Repetition { min: 0, max: Some(1), greedy: true, sub: Box::new(hir) })
}

fn separator() -> Hir {
    let ranges = [b' ', b'-', b'.', b'/'].map(|byte| ClassBytesRange::new(byte, byte));
    optional(Hir::class(Class::Bytes(ClassBytes::new(ranges))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, matches: &[&str], fails: &[&str]) {
        let hir =
            regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap();
        let loose = regex::Regex::new(&format!("^(?:{})$", allow_separators(&hir))).unwrap();
        for text in matches {
            assert!(loose.is_match(text), "{pattern}: {text}");
        }
        for text in fails {
            assert!(!loose.is_match(text), "{pattern}: {text}");
        }
    }

    #[test]
    fn separators_may_be_between_any_two_characters() {
        check("[0-9]{4}", &["1234", "12 34", "1-2-3-4", "12/34"], &["12  34", "123", " 1234", "1234-"]);
        check("DE ?[0-9]{2}[A-Z]?", &["DE12", "D E 1 2 X", "DE.12-X"], &["DE1", "DE 12 XX"]);
        check("(?:IT)?[0-9]{2,3}", &["12", "IT12", "I-T 1 2 3"], &["IT", " 12"]);
        check("[0-9]{2}(?:-[0-9]{2})*", &["12", "12-34", "1 2 - 3 4"], &["12-3"]);
    }
}
