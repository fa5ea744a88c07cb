//! Values of attributes that lay a page out and say nothing about anyone: closed vocabularies and short
//! grammars. They stay under every posture.
//!
//! **Invariant:** a name alone keeps nothing. A sentence, a name or a long number in place of the value is
//! judged as text.

use crate::redact::text::geometry;

/// Words for states, sides and themes that component libraries write into `data-*` and `aria-*`.
const STATE_WORDS: [&str; 90] = [
    "active",
    "additions",
    "all",
    "ascending",
    "assertive",
    "auto",
    "balanced",
    "blur",
    "both",
    "bottom",
    "bottom-end",
    "bottom-start",
    "center",
    "checked",
    "closed",
    "collapsed",
    "complete",
    "contained",
    "dark",
    "default",
    "delayed-open",
    "descending",
    "dialog",
    "disabled",
    "down",
    "enabled",
    "end",
    "entered",
    "entering",
    "error",
    "exited",
    "exiting",
    "expanded",
    "false",
    "fixed",
    "focus",
    "focus-visible",
    "grid",
    "hidden",
    "horizontal",
    "hover",
    "idle",
    "inactive",
    "indeterminate",
    "inline",
    "instant-open",
    "large",
    "left",
    "left-end",
    "left-start",
    "lg",
    "light",
    "list",
    "listbox",
    "loaded",
    "loading",
    "md",
    "medium",
    "menu",
    "mixed",
    "none",
    "off",
    "on",
    "open",
    "page",
    "polite",
    "readonly",
    "removals",
    "right",
    "right-end",
    "right-start",
    "selected",
    "sm",
    "small",
    "start",
    "step",
    "success",
    "system",
    "top",
    "top-end",
    "top-start",
    "tree",
    "true",
    "unchecked",
    "up",
    "vertical",
    "visible",
    "warning",
    "xl",
    "xs",
];

/// Attributes of `aria-*` that hold words of the page.
const ARIA_TEXTS: [&str; 6] = [
    "aria-label",
    "aria-description",
    "aria-placeholder",
    "aria-roledescription",
    "aria-valuetext",
    "aria-braillelabel",
];

/// Words in media conditions and sizes.
const MEDIA_WORDS: [&str; 15] = [
    "max-width",
    "min-width",
    "max-height",
    "min-height",
    "orientation",
    "portrait",
    "landscape",
    "and",
    "or",
    "not",
    "auto",
    "calc",
    "screen",
    "print",
    "all",
];

const VIEWPORT_NAMES: [&str; 9] = [
    "width",
    "height",
    "initial-scale",
    "minimum-scale",
    "maximum-scale",
    "user-scalable",
    "viewport-fit",
    "shrink-to-fit",
    "interactive-widget",
];
const VIEWPORT_WORDS: [&str; 11] = [
    "device-width",
    "device-height",
    "yes",
    "no",
    "true",
    "false",
    "cover",
    "contain",
    "auto",
    "resizes-content",
    "resizes-visual",
];
const DETECTED: [&str; 5] = ["telephone", "date", "address", "email", "url"];

/// Whether the value of an attribute is of such a vocabulary.
pub(super) fn is_layout_value(name: &str, value: &str) -> bool {
    match name {
        "content" => is_meta(value),
        "sizes" | "imagesizes" => is_sizes(value),
        "rows" | "cols" | "size" | "min" | "max" | "step" | "span" | "rowspan" | "start" | "border"
        | "cellpadding" | "cellspacing" | "hspace" | "vspace" | "low" | "high" | "optimum" | "numoctaves"
        | "stdDeviation" | "k1" | "k2" | "k3" | "k4" | "z" | "fr" | "letter-spacing" | "aria-level"
        | "aria-colcount" | "aria-colindex" | "aria-rowcount" | "aria-rowindex" | "aria-setsize"
        | "aria-posinset" => is_short_number(value),
        "bgcolor" | "color" | "flood-color" | "lighting-color" | "bordercolor" | "text" | "link"
        | "vlink" | "alink" => is_color(value),
        "clip-path" | "mask" | "filter" | "marker" | "marker-start" | "marker-mid" | "marker-end" => {
            is_reference(value)
        }
        "clipPathUnits"
        | "maskUnits"
        | "maskContentUnits"
        | "filterUnits"
        | "primitiveUnits"
        | "patternContentUnits"
        | "markerUnits" => {
            matches!(value, "userSpaceOnUse" | "objectBoundingBox" | "strokeWidth")
        }
        "loading" => matches!(value, "lazy" | "eager"),
        "decoding" => matches!(value, "async" | "sync" | "auto"),
        "fetchpriority" => matches!(value, "high" | "low" | "auto"),
        "align" | "valign" | "text-align" => {
            matches!(
                value,
                "left" | "right" | "center" | "justify" | "top" | "middle" | "bottom" | "baseline"
            )
        }
        "wrap" => matches!(value, "soft" | "hard" | "off"),
        "dir" | "direction" => matches!(value, "ltr" | "rtl" | "auto"),
        "open" | "hidden" | "inert" | "novalidate" | "multiple" | "reversed" | "controls" | "playsinline" => {
            matches!(value, "" | "true" | "until-found") || value == name
        }
        "version" | "baseProfile" => matches!(value, "1.1" | "1.2" | "2.0" | "full" | "basic" | "tiny"),
        _ if name.starts_with("xmlns:") => value.starts_with("http://www.w3.org/") && value.len() <= 40,
        _ if name.starts_with("data-") || name.starts_with("aria-") => {
            !ARIA_TEXTS.contains(&name) && is_state(value)
        }
        _ => false,
    }
}

/// Whether a value of `slot` can be the name of one: a word as programs write it.
pub(super) fn is_slot_name(value: &str) -> bool {
    const MAX_BYTES: usize = 40;
    value.len() <= MAX_BYTES
        && value.starts_with(|c: char| c.is_ascii_lowercase())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && value.bytes().filter(u8::is_ascii_digit).count() <= 3
}

fn is_state(value: &str) -> bool {
    value.is_empty() || STATE_WORDS.binary_search(&value).is_ok()
}

fn is_short_number(value: &str) -> bool {
    const MAX_DIGITS: usize = 5;
    value.parse::<f32>().is_ok() && value.bytes().filter(u8::is_ascii_digit).count() <= MAX_DIGITS
}

fn is_color(value: &str) -> bool {
    let is_function = || {
        let Some((name, rest)) = value.split_once('(') else { return false };
        matches!(name, "rgb" | "rgba" | "hsl" | "hsla" | "oklch" | "oklab" | "hwb" | "lab" | "lch")
            && rest.strip_suffix(')').is_some_and(|arguments| {
                arguments.split([' ', ',', '/']).all(|part| {
                    part.is_empty() || is_short_number(part.trim_end_matches("deg").trim_end_matches('%'))
                })
            })
    };
    geometry::is_hex_color(value)
        || matches!(
            value,
            "currentColor"
                | "currentcolor"
                | "transparent"
                | "inherit"
                | "none"
                | "black"
                | "white"
                | "red"
                | "green"
                | "blue"
                | "yellow"
                | "gray"
                | "grey"
                | "silver"
                | "maroon"
                | "navy"
                | "teal"
                | "lime"
                | "aqua"
                | "fuchsia"
                | "olive"
                | "purple"
                | "orange"
        )
        || is_function()
}

/// `url(#a)`: the id of an element of the drawing.
fn is_reference(value: &str) -> bool {
    let id = value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')'));
    value == "none" || id.is_some_and(is_drawing_id)
}

/// An id in a drawing may begin with a letter of any case.
fn is_drawing_id(id: &str) -> bool {
    const MAX_DIGITS: usize = 6;
    const MAX_BYTES: usize = 40;
    !id.is_empty()
        && id.len() <= MAX_BYTES
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'))
        && id.bytes().filter(u8::is_ascii_digit).count() <= MAX_DIGITS
}

/// `(max-width: 600px) 480px, 100vw`.
fn is_sizes(value: &str) -> bool {
    let mut words = value.split([' ', ',', '(', ')', ':', '<', '>', '=']).filter(|word| !word.is_empty());
    words.all(|word| {
        let is_short = word.bytes().filter(u8::is_ascii_digit).count() <= 5;
        MEDIA_WORDS.contains(&word)
            || matches!(word, "+" | "-" | "*" | "/")
            || is_short && geometry::is_length(word)
    })
}

/// The content of `<meta name="viewport">` and `<meta name="format-detection">`.
fn is_meta(value: &str) -> bool {
    let is_pair = |pair: &str| {
        let Some((name, value)) = pair.trim().split_once('=') else { return false };
        let (name, value) = (name.trim(), value.trim());
        DETECTED.contains(&name) && matches!(value, "no" | "yes")
            || VIEWPORT_NAMES.contains(&name) && (VIEWPORT_WORDS.contains(&value) || is_short_number(value))
    };
    !value.is_empty() && value.split([',', ';']).filter(|pair| !pair.trim().is_empty()).all(is_pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: [(&str, &str); 24] = [
        ("data-state", "open"),
        ("data-state", "delayed-open"),
        ("data-theme", "dark"),
        ("data-side", "bottom-start"),
        ("data-disabled", ""),
        ("aria-expanded", "true"),
        ("aria-live", "polite"),
        ("aria-orientation", "vertical"),
        ("rows", "5"),
        ("max", "100"),
        ("step", "0.01"),
        ("bgcolor", "#eeeeee"),
        ("color", "rgb(12, 34, 56)"),
        ("clip-path", "url(#a)"),
        ("filter", "url(#Shadow_1)"),
        ("maskUnits", "userSpaceOnUse"),
        ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
        ("loading", "lazy"),
        ("sizes", "(max-width: 600px) 480px, calc(50vw - 2em)"),
        ("content", "width=device-width, initial-scale=1"),
        ("content", "telephone=no, date=no, address=no"),
        ("align", "center"),
        ("hidden", ""),
        ("aria-rowcount", "120"),
    ];

    #[test]
    fn the_vocabulary_stays_and_a_sentence_in_its_place_does_not() {
        for (name, value) in KEPT {
            assert!(is_layout_value(name, value), "{name}={value}");
            for other in ["Jane Roe was here", "Oswinna", "jane@x.test", "4111111111111111", "2025550143"] {
                assert!(!is_layout_value(name, other), "{name}={other}");
            }
        }
    }

    #[test]
    fn names_that_hold_words_of_the_page_keep_nothing() {
        for name in ["aria-label", "title", "alt", "placeholder", "aria-valuetext"] {
            assert!(!is_layout_value(name, "open"), "{name}");
        }
        assert!(!is_layout_value("content", "address=12 Elm Street"));
        assert!(!is_layout_value("content", ""));
    }

    #[test]
    fn a_slot_has_the_name_of_a_part() {
        assert!(["title", "panel-3", "headerActions"].into_iter().all(is_slot_name));
        assert!(!["Jane Roe", "Oswinna", "jane@x.test", "n2025550143", ""].into_iter().any(is_slot_name));
    }

    #[test]
    fn the_words_are_sorted() {
        assert!(STATE_WORDS.is_sorted());
    }
}
