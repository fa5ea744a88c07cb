//! The shapes of values that draw: path data, lists of numbers, lengths and colors.

/// Path data, which begins with a move; transform functions; or a list of four numbers and more.
pub(crate) fn is_geometry(raw: &str) -> bool {
    const FUNCTIONS: [&str; 7] = ["matrix", "translate", "rotate", "scale", "skewX", "skewY", "deg"];
    let is_part = |b: u8| b.is_ascii_digit() || b" .,+-eE\\nMmLlHhVvCcSsQqTtAaZz".contains(&b);
    let is_list = |b: u8| b.is_ascii_digit() || b" .,-eE\\n".contains(&b);
    let is_path = raw.trim_start().starts_with(['M', 'm']) && raw.bytes().all(is_part);
    let n_numbers = raw.split([' ', ',']).filter(|n| !n.is_empty()).count();
    let is_transform = || {
        let arguments = FUNCTIONS.iter().fold(raw.to_owned(), |rest, name| rest.replace(name, ""));
        raw.contains('(') && arguments.bytes().all(|b| is_list(b) || matches!(b, b'(' | b')'))
    };
    is_path || n_numbers >= 4 && raw.bytes().all(is_list) || is_transform()
}

/// Numbers with their units, as `12`, `1.5em`, `50%` and `12.5 25`.
pub(crate) fn is_length(raw: &str) -> bool {
    let mut parts = raw.split([' ', ',']).filter(|part| !part.is_empty()).peekable();
    parts.peek().is_some() && parts.all(is_one_length)
}

fn is_one_length(raw: &str) -> bool {
    let number = raw.trim_end_matches(|c: char| c == '%' || c.is_ascii_alphabetic());
    raw.len() - number.len() <= 4 && number.parse::<f64>().is_ok()
}

/// A color of six or eight hexadecimal digits, or of three or four.
pub(crate) fn is_hex_color(raw: &str) -> bool {
    raw.strip_prefix('#').is_some_and(|digits| {
        matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_and_its_unit() {
        assert!(["10", "-1.5em", "50%", "4111111111111111", "12.5 25", "4,2"].into_iter().all(is_length));
        assert!(!["", "Jane", "px", "12 Jane", "1Jane4", "1 Janes"].into_iter().any(is_length));
    }

    #[test]
    fn geometry_is_not_a_way_past_the_rules() {
        assert!(is_geometry("M4111 1111 L1111 1111 Z"));
        assert!(is_geometry("matrix(1 0 0 1 4111 1111)"));
        for text in
            ["4111111111111111", "jane@x.test", "M12 jane", "matrix(1) jane@x.test", "+44 20 7946 0958"]
        {
            assert!(!is_geometry(text), "{text}");
        }
    }
}
