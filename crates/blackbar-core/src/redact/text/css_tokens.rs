//! Which findings in CSS are in truth colors, lengths and other numbers of its grammar.
//!
//! Rules judge a style sheet as text, so that no corner of it is left out. A finding is withdrawn if every
//! token that it touches is a measure or a mark: words, strings, comments and URLs never are. Runs only where
//! something was found.
//!
//! **Invariant:** a bare integer is a measure only where CSS expects one: in a function that takes numbers,
//! as one of the channels of a color, or as a stacking order. A card or phone number is none of them.

use crate::redact::text::css::CssPart;
use crate::redact::text::css::string_end;
use crate::redact::text::encodings;
use crate::text::edit::Edit;
use crate::text::span::Span;

/// Digits before the point of a length. The largest that browsers compute has eight.
const MAX_INTEGER_DIGITS: usize = 8;

/// Functions whose arguments are numbers.
const NUMERIC_FUNCTIONS: [&str; 43] = [
    "rgb",
    "rgba",
    "hsl",
    "hsla",
    "hwb",
    "lab",
    "lch",
    "oklab",
    "oklch",
    "color",
    "color-mix",
    "matrix",
    "matrix3d",
    "translate",
    "translate3d",
    "scale",
    "scale3d",
    "rotate",
    "rotate3d",
    "skew",
    "perspective",
    "cubic-bezier",
    "steps",
    "linear",
    "calc",
    "clamp",
    "min",
    "max",
    "minmax",
    "repeat",
    "polygon",
    "inset",
    "circle",
    "ellipse",
    "rect",
    "xywh",
    "blur",
    "brightness",
    "drop-shadow",
    "linear-gradient",
    "radial-gradient",
    "conic-gradient",
    "nth-child",
];

const UNITS: [&str; 36] = [
    "%", "px", "em", "rem", "ex", "ch", "cap", "ic", "lh", "rlh", "vw", "vh", "vi", "vb", "vmin", "vmax",
    "svh", "lvh", "dvh", "dvw", "cqw", "cqh", "deg", "grad", "rad", "turn", "s", "ms", "fr", "dpi", "dppx",
    "x", "pt", "cm", "mm", "in",
];

/// Removes edits from index `from` on that cover nothing but measures, or lie inside a `data:` URI, which is
/// judged by what it holds.
pub(super) fn withdraw_measures(text: &str, parts: &[CssPart], edits: &mut Vec<Edit>, from: usize) {
    if edits.len() == from {
        return;
    }
    let mut findings: Vec<FindingInCss> = edits.iter().skip(from).map(FindingInCss::of).collect();
    findings.sort_by_key(|finding| finding.span);
    let mut first = 0;
    let mut lexer = Lexer::new(text);
    while let Some((token, span)) = lexer.next() {
        first += findings.iter().skip(first).take_while(|finding| finding.span.end <= span.start).count();
        if first == findings.len() {
            break;
        }
        for finding in findings.iter_mut().skip(first).take_while(|finding| finding.span.start < span.end) {
            if finding.span.overlaps(span) {
                finding.has_word |= token == CssToken::Word;
                finding.has_measure |= token == CssToken::Measure;
            }
        }
    }
    let is_withdrawn = |span: Span| {
        let found = findings.binary_search_by_key(&span, |finding| finding.span);
        let finding = found.ok().and_then(|idx| findings.get(idx));
        finding.is_some_and(|finding| finding.has_measure && !finding.has_word)
            || is_in_data_uri(text, parts, span)
    };
    let mut at = 0;
    edits.retain(|edit| {
        at += 1;
        at <= from || !is_withdrawn(edit.span)
    });
}

struct FindingInCss {
    span: Span,
    has_word: bool,
    has_measure: bool,
}

impl FindingInCss {
    fn of(edit: &Edit) -> Self {
        Self { span: edit.span, has_word: false, has_measure: false }
    }
}

/// Whether a span is inside a URL that holds its content.
fn is_in_data_uri(text: &str, parts: &[CssPart], span: Span) -> bool {
    let inside = |part: &CssPart| match part {
        CssPart::Url(inside) | CssPart::Literal(inside) => *inside,
    };
    let n_before = parts.partition_point(|part| inside(part).start <= span.start);
    let Some(CssPart::Url(url)) = n_before.checked_sub(1).and_then(|idx| parts.get(idx)) else {
        return false;
    };
    span.end <= url.end && encodings::is_data_uri(url.of(text))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CssToken {
    /// Anything that can hold words: a name, a string, a comment, a URL, a number that is no measure.
    Word,
    /// A color, a length, a share, a channel.
    Measure,
    /// Whitespace and punctuation.
    Mark,
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    /// For each open parenthesis, whether its function takes numbers.
    functions: Vec<bool>,
    /// Where the value of the current declaration began, and the name of its property.
    property: Span,
    is_in_value: bool,
    /// Up to where bare integers are channels of a color.
    channels_end: usize,
    /// The last name.
    name: Span,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str) -> Self {
        let none = Span::new(0, 0);
        Self {
            text,
            at: 0,
            functions: Vec::new(),
            property: none,
            is_in_value: false,
            channels_end: 0,
            name: none,
        }
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn run(&self, from: usize, is_part: impl Fn(u8) -> bool) -> usize {
        self.text.as_bytes().iter().skip(from).take_while(|&&byte| is_part(byte)).count()
    }

    fn next(&mut self) -> Option<(CssToken, Span)> {
        let start = self.at;
        if start >= self.text.len() {
            return None;
        }
        let (token, end) = self.token(start);
        self.at = end.clamp(start + 1, self.text.len());
        Some((token, Span::new(start, self.at)))
    }

    fn token(&mut self, start: usize) -> (CssToken, usize) {
        let (byte, after) = (self.byte(start), self.byte(start + 1));
        match byte {
            b'/' if after == b'*' => {
                let rest = self.text.as_bytes().get(start + 2..).unwrap_or_default();
                let end = memchr::memmem::find(rest, b"*/").map_or(self.text.len(), |len| start + len + 4);
                (CssToken::Word, end)
            }
            b'"' | b'\'' => (CssToken::Word, string_end(self.text.as_bytes(), start + 1, byte) + 1),
            b'#' => {
                let len = self.run(start + 1, is_name);
                let is_color =
                    matches!(len, 3 | 4 | 6 | 8) && self.run(start + 1, |b| b.is_ascii_hexdigit()) == len;
                (if is_color { CssToken::Measure } else { CssToken::Word }, start + 1 + len)
            }
            b'U' | b'u' if after == b'+' => {
                let len = self.run(start + 2, |b| b.is_ascii_hexdigit() || matches!(b, b'?' | b'-'));
                let is_range = len <= 13 && !is_name(self.byte(start + 2 + len));
                (if is_range { CssToken::Measure } else { CssToken::Word }, start + 2 + len)
            }
            b'0'..=b'9' => self.number(start, start),
            b'.' if after.is_ascii_digit() => self.number(start, start),
            b'+' | b'-'
                if after.is_ascii_digit() || after == b'.' && self.byte(start + 2).is_ascii_digit() =>
            {
                self.number(start, start + 1)
            }
            b'\\' => (CssToken::Word, start + 2),
            _ if is_name(byte) => self.name(start),
            _ => (CssToken::Mark, self.mark(start, byte)),
        }
    }

    fn name(&mut self, start: usize) -> (CssToken, usize) {
        let end = start + self.run(start, is_name);
        self.name = Span::new(start, end);
        if self.byte(end) != b'(' {
            return (CssToken::Word, end);
        }
        let name = self.name.of(self.text).to_ascii_lowercase();
        if name == "url" {
            let rest = self.text.as_bytes().get(end..).unwrap_or_default();
            let first = end + 1 + self.run(end + 1, |b| b.is_ascii_whitespace());
            let quote = self.byte(first);
            let close = if matches!(quote, b'"' | b'\'') {
                string_end(self.text.as_bytes(), first + 1, quote) + 1
            } else {
                memchr::memchr(b')', rest).map_or(self.text.len(), |len| end + len)
            };
            return (CssToken::Word, close);
        }
        (CssToken::Word, end)
    }

    fn mark(&mut self, start: usize, byte: u8) -> usize {
        match byte {
            b'(' => {
                self.functions.push(self.name.end == start && self.is_numeric_function());
            }
            b')' => {
                self.functions.pop();
            }
            b':' if !self.is_in_value && self.functions.is_empty() => {
                self.is_in_value = true;
                self.property = self.name;
                let rest = self.text.get(start + 1..).unwrap_or("");
                let value = rest.split([';', '}', '!']).next().unwrap_or(rest);
                self.channels_end = if are_channels(value) { start + 1 + value.len() } else { start };
            }
            b';' | b'{' | b'}' => {
                self.is_in_value = false;
                self.functions.clear();
            }
            _ => {}
        }
        start + 1
    }

    /// Whether the last name is that of a function of numbers. Costs its length: call it once per name.
    fn is_numeric_function(&self) -> bool {
        let name = self.name.of(self.text).to_ascii_lowercase();
        let bare = name.trim_start_matches("-webkit-").trim_start_matches("repeating-");
        NUMERIC_FUNCTIONS.contains(&bare)
    }

    fn number(&self, start: usize, from: usize) -> (CssToken, usize) {
        let n_digits = self.run(from, |b| b.is_ascii_digit());
        let mut end = from + n_digits;
        let has_fraction = self.byte(end) == b'.' && self.byte(end + 1).is_ascii_digit();
        if has_fraction {
            end += 1 + self.run(end + 1, |b| b.is_ascii_digit());
        }
        let number_end = end;
        end += if self.byte(end) == b'%' { 1 } else { self.run(end, |b| is_name(b) && b != b'-') };
        let unit = Span::new(number_end, end).of(self.text).to_ascii_lowercase();
        let is_apart = start.checked_sub(1).is_none_or(|at| !is_name(self.byte(at)) && self.byte(at) != b'.')
            && !matches!(self.byte(end), b'.' | b'-' | b'@' | b'0'..=b'9');
        let is_numeric = self.functions.last() == Some(&true);
        let is_expected = self.is_in_value || is_numeric;
        let is_measure = is_apart
            && is_expected
            && n_digits <= MAX_INTEGER_DIGITS
            && (unit.is_empty() && has_fraction || UNITS.contains(&unit.as_str()));
        let digits = Span::new(from, number_end).of(self.text);
        let is_integer = is_apart && unit.is_empty() && !has_fraction;
        let is_channel = n_digits <= 3 && (is_numeric || end <= self.channels_end);
        let is_order = self.is_in_value
            && (self.property.of(self.text).ends_with("z-index") || digits.starts_with("214748364"))
            && n_digits <= 10;
        let is_measure = is_measure || is_integer && (is_channel || is_order);
        (if is_measure { CssToken::Measure } else { CssToken::Word }, end)
    }
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || byte >= 0x80
}

/// Whether a value is three channels of a color, and perhaps an alpha: `13, 110, 253` and `220 181 139 / 16%`.
fn are_channels(value: &str) -> bool {
    let mut n_channels = 0;
    for part in value.split([' ', ',', '/', '\n', '\t']).filter(|part| !part.is_empty()) {
        let is_alpha =
            n_channels == 3 && part.trim_end_matches('%').parse::<f32>().is_ok_and(|alpha| alpha <= 100.0);
        if !is_alpha && part.parse::<u8>().is_err() {
            return false;
        }
        n_channels += 1;
    }
    matches!(n_channels, 3 | 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::text::css::parts;

    /// Whether a finding at `found` in `css` stays.
    fn stays(css: &str, found: &str) -> bool {
        let start = css.find(found).unwrap();
        let mut edits = vec![Edit { span: Span::new(start, start + found.len()), with: Vec::new(), tag: 0 }];
        withdraw_measures(css, &parts(css), &mut edits, 0);
        !edits.is_empty()
    }

    /// Each parenthesis used to read the last name again: quadratic in what a sender chooses.
    #[test]
    fn a_long_name_before_many_parentheses_is_read_once() {
        let css = format!("{}{}4111111111111111", "n".repeat(1 << 20), "(".repeat(1 << 20));
        assert!(stays(&css, "4111111111111111"));
    }

    #[test]
    fn colors_lengths_and_channels_are_no_findings() {
        for (css, found) in [
            ("--chart-1:#904050", "904050"),
            ("a{--cell:0 1px #00000018}", "1px #00000018"),
            ("a{width:16.6666666667%}", "6666666667"),
            ("a{--nc: 12.2124% 0.023402 243.760661; --b:1px}", "243.760661; "),
            ("a{--cell: rgb(220 181 139 / 16%)}", "220 181 139 /"),
            ("a{--phone-rgb:13, 110, 253}", "13, 110, 253"),
            ("a{--mobile: 220 181 139 / 16%}", "220 181 139"),
            ("a{z-index:2147483647}", "2147483647"),
            ("a{unicode-range:U+0152-0153,U+2000-206F}", "0152-0153"),
            ("a{transition:transform cubic-bezier(0, 0, 120, 131)}", "0, 0, 120, 131"),
            ("a{transform:matrix(1 0 0 1 411 111)}", "411 111"),
        ] {
            assert!(!stays(css, found), "{css}");
        }
    }

    #[test]
    fn texts_and_numbers_that_css_does_not_expect_are_findings() {
        for (css, found) in [
            ("a{content:\"#904050\"}", "904050"),
            ("/* chart #904050 */", "904050"),
            ("a{background:url(/x?chart=#904050)}", "904050"),
            ("--phone: 415 555 0143", "415 555 0143"),
            ("--phone: 415 555 014", "415 555 014"),
            ("--card: 4111 1111 1111 1111", "4111 1111 1111 1111"),
            ("a{width:4111111111111111px}", "4111111111111111"),
            ("--at: 203.0.113.77", "203.0.113.77"),
            ("--born: 1987-04-23", "1987-04-23"),
            ("--name: Jane Roe", "Jane Roe"),
            ("--mail: jane@x.test", "jane@x.test"),
            ("52.520008, 13.404954", "52.520008, 13.404954"),
            ("a{--x: call(220 181 139)}", "220 181 139"),
        ] {
            assert!(stays(css, found), "{css}");
        }
    }
}
