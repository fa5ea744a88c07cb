//! Whether the text after the word "password" is one, rather than prose or code.

/// Values that code assigns to variables called password and that are not passwords.
const PLACEHOLDERS: [&str; 16] = [
    "true",
    "false",
    "null",
    "undefined",
    "none",
    "function",
    "this",
    "void",
    "required",
    "optional",
    "hidden",
    "text",
    "password",
    "string",
    "number",
    "boolean",
];

/// `assigned`: Password after an equals sign: anything but a value of code, or a value that is already masked.
pub(super) fn is_assigned(text: &str) -> bool {
    let head = text.split(['(', '.', ')', '}']).next().unwrap_or(text);
    !PLACEHOLDERS.iter().any(|none| none.eq_ignore_ascii_case(head)) && !is_masked(text)
}

/// `unwordly`: Password after a colon or a space: contains a digit, a sign or mixed case, as no word does.
pub(super) fn is_unwordly(text: &str) -> bool {
    let text = text.trim_end_matches(['.', '!', '?', ':', ')']).trim_matches(['=', '-', ':']);
    let is_odd = |c: char| {
        c.is_ascii_digit() || matches!(c, '!' | '@' | '#' | '$' | '%' | '^' | '&' | '*' | '+' | '=')
    };
    let has_inner_capital =
        text.chars().skip(1).any(char::is_uppercase) && text.chars().any(char::is_lowercase);
    let n_digits = text.chars().filter(char::is_ascii_digit).count();
    let is_code = text.contains(['.', '/']) && n_digits == 0;
    let is_number = n_digits == text.len() && text.len() < 4;
    (text.contains(is_odd) || has_inner_capital)
        && text.len() >= 4
        && !is_code
        && !is_number
        && is_assigned(text)
}

fn is_masked(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '*' | '•' | '●' | 'x' | 'X' | '#' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_passwords_from_prose() {
        for text in ["hunter2-110", "Tr0ub4dor&3", "s3same"] {
            assert!(is_unwordly(text) && is_assigned(text), "{text}");
        }
        for text in ["required", "must", "Strength", "function(){", "********", "forgot?"] {
            assert!(!is_unwordly(text), "{text}");
        }
        assert!(is_assigned("sesame") && !is_assigned("true") && !is_assigned("function(){"));
    }
}
