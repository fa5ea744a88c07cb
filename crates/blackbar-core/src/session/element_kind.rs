//! The kind of a node: HTML elements grouped by what they mean to the redactor and to labels.
//!
//! Does not look at attributes other than the role and the type of an input.

use crate::text::lookup::Lookup;

/// The kind of a node, by tag name and role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub(crate) enum ElementKind {
    /// An inline element without a meaning of its own.
    #[default]
    Other,
    /// An element that starts a new line.
    Block,
    /// A document: of the page or of a frame.
    Document,
    /// A document type.
    Doctype,
    /// A text outside any known element.
    Text,
    /// A comment outside any known element.
    Comment,
    /// `<style>`
    Style,
    /// `<script>`
    Script,
    /// `<noscript>`: holds HTML as text.
    Noscript,
    /// `<title>` of the page.
    Title,
    /// `<textarea>`
    Textarea,
    /// `<select>`
    Select,
    /// `<option>`
    Option,
    /// `<optgroup>`
    Optgroup,
    /// `<datalist>`
    Datalist,
    /// `<input>`
    Input(InputKind),
    /// `<button>`
    Button,
    /// `<label>`
    Label,
    /// `<legend>`, `<caption>`
    Legend,
    /// `<table>`, or an element with such a role.
    Table,
    /// `<thead>`
    TableHead,
    /// `<tbody>`, `<tfoot>`
    TableBody,
    /// `<tr>`
    Row,
    /// `<th>`
    HeaderCell,
    /// `<td>`
    Cell,
    /// `<dt>`
    Term,
    /// `<dd>`
    Description,
    /// `<li>`
    Item,
    /// `<a>`
    Link,
    /// `<br>`, `<hr>`
    Break,
    /// `<iframe>`, `<frame>`
    Frame,
    /// `<canvas>`
    Canvas,
    /// `<img>`, `<video>`, `<audio>`, `<object>`, `<embed>`, `<picture>`
    Media,
    /// An element of a drawing that does not hold a run of text.
    Svg,
}

/// Kind of an `<input>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub(crate) enum InputKind {
    /// Also every type that browsers do not know.
    #[default]
    Text,
    /// `password`
    Password,
    /// `email`
    Email,
    /// `tel`
    Tel,
    /// `number`
    Number,
    /// `search`
    Search,
    /// `url`
    Url,
    /// `date`, `month`, `week`, `time`, `datetime-local`
    Date,
    /// `color`
    Color,
    /// `range`
    Range,
    /// `hidden`
    Hidden,
    /// `file`
    File,
    /// `checkbox`
    Checkbox,
    /// `radio`
    Radio,
    /// `submit`
    Submit,
    /// `button`
    Button,
    /// `reset`
    Reset,
    /// `image`
    Image,
}

impl InputKind {
    /// Reads the value of `type` in any letter case. An unknown type is text, as in a browser.
    pub(crate) fn from_type(value: &str) -> Self {
        KINDS
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(value.trim()))
            .map_or(Self::Text, |(_, kind)| *kind)
    }
}

const KINDS: [(&str, InputKind); 21] = [
    ("password", InputKind::Password),
    ("email", InputKind::Email),
    ("tel", InputKind::Tel),
    ("number", InputKind::Number),
    ("search", InputKind::Search),
    ("url", InputKind::Url),
    ("date", InputKind::Date),
    ("month", InputKind::Date),
    ("week", InputKind::Date),
    ("time", InputKind::Date),
    ("datetime-local", InputKind::Date),
    ("color", InputKind::Color),
    ("range", InputKind::Range),
    ("hidden", InputKind::Hidden),
    ("file", InputKind::File),
    ("checkbox", InputKind::Checkbox),
    ("radio", InputKind::Radio),
    ("submit", InputKind::Submit),
    ("button", InputKind::Button),
    ("reset", InputKind::Reset),
    ("image", InputKind::Image),
];

impl ElementKind {
    /// The kind of an element by its tag name (lower case) and role.
    pub(crate) fn of_element(name: &str, role: Option<&str>, is_svg: bool) -> Self {
        match name {
            "style" => return Self::Style,
            "script" => return Self::Script,
            "tspan" | "textpath" => return Self::Other,
            "a" => return Self::Link,
            _ if is_svg => return Self::Svg,
            _ => {}
        }
        let by_name = by_name(name);
        match (by_name, role) {
            (None | Some(Self::Block), Some(role)) => by_role(role).or(by_name).unwrap_or_default(),
            (tag, _) => tag.unwrap_or_default(),
        }
    }

    /// Whether its text is the label of something else.
    pub(crate) fn is_label(self) -> bool {
        matches!(self, Self::Label | Self::Legend | Self::HeaderCell | Self::Term)
    }

    /// Whether it takes a value.
    pub(crate) fn is_control(self) -> bool {
        matches!(self, Self::Input(_) | Self::Textarea | Self::Select)
    }

    /// Whether its text is not part of the page: code, or the content of a control.
    pub(crate) fn hides_text(self) -> bool {
        matches!(
            self,
            Self::Style
                | Self::Script
                | Self::Noscript
                | Self::Textarea
                | Self::Select
                | Self::Option
                | Self::Optgroup
                | Self::Datalist
        )
    }

    /// Whether a reader sees the text before, inside and after it as one.
    pub(crate) fn is_inline(self) -> bool {
        matches!(self, Self::Other | Self::Link | Self::Label | Self::Text | Self::Comment)
    }

    /// Whether it is an element.
    pub(crate) fn is_element(self) -> bool {
        !matches!(self, Self::Document | Self::Doctype | Self::Text | Self::Comment)
    }
}

fn by_name(name: &str) -> Option<ElementKind> {
    let row = LOOKUP.find(name.as_bytes())?;
    TAGS.get(row).map(|(_, tag)| *tag)
}

/// Whether this is the name of a standard element, which cannot identify a person.
pub(crate) fn is_common(name: &str) -> bool {
    by_name(name).is_some()
}

fn by_role(role: &str) -> Option<ElementKind> {
    Some(match role {
        "table" | "grid" | "treegrid" => ElementKind::Table,
        "rowgroup" => ElementKind::TableBody,
        "row" => ElementKind::Row,
        "columnheader" | "rowheader" => ElementKind::HeaderCell,
        "cell" | "gridcell" => ElementKind::Cell,
        "term" => ElementKind::Term,
        "definition" => ElementKind::Description,
        "listitem" | "menuitem" | "tab" | "treeitem" => ElementKind::Item,
        "option" => ElementKind::Item,
        _ => return None,
    })
}

/// The position of a name in [`TAGS`], in one hash lookup. Built by the compiler.
static LOOKUP: Lookup<256> = Lookup::new(&NAMES);

/// The names of [`TAGS`], in the same order.
static NAMES: [&str; TAGS.len()] = names();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which rejects an index out of range")]
const fn names() -> [&'static str; TAGS.len()] {
    let mut names = [""; TAGS.len()];
    let mut at = 0;
    while at < TAGS.len() {
        names[at] = TAGS[at].0;
        at += 1;
    }
    names
}

const TAGS: [(&str, ElementKind); 86] = [
    ("a", ElementKind::Link),
    ("address", ElementKind::Block),
    ("article", ElementKind::Block),
    ("aside", ElementKind::Block),
    ("audio", ElementKind::Media),
    ("base", ElementKind::Block),
    ("blockquote", ElementKind::Block),
    ("body", ElementKind::Block),
    ("br", ElementKind::Break),
    ("button", ElementKind::Button),
    ("canvas", ElementKind::Canvas),
    ("caption", ElementKind::Legend),
    ("center", ElementKind::Block),
    ("col", ElementKind::Block),
    ("colgroup", ElementKind::Block),
    ("datalist", ElementKind::Datalist),
    ("dd", ElementKind::Description),
    ("details", ElementKind::Block),
    ("dialog", ElementKind::Block),
    ("div", ElementKind::Block),
    ("dl", ElementKind::Block),
    ("dt", ElementKind::Term),
    ("embed", ElementKind::Media),
    ("fieldset", ElementKind::Block),
    ("figcaption", ElementKind::Block),
    ("figure", ElementKind::Block),
    ("footer", ElementKind::Block),
    ("form", ElementKind::Block),
    ("frame", ElementKind::Frame),
    ("h1", ElementKind::Block),
    ("h2", ElementKind::Block),
    ("h3", ElementKind::Block),
    ("h4", ElementKind::Block),
    ("h5", ElementKind::Block),
    ("h6", ElementKind::Block),
    ("head", ElementKind::Block),
    ("header", ElementKind::Block),
    ("hgroup", ElementKind::Block),
    ("hr", ElementKind::Break),
    ("html", ElementKind::Block),
    ("iframe", ElementKind::Frame),
    ("img", ElementKind::Media),
    ("input", ElementKind::Input(InputKind::Text)),
    ("label", ElementKind::Label),
    ("legend", ElementKind::Legend),
    ("li", ElementKind::Item),
    ("link", ElementKind::Block),
    ("main", ElementKind::Block),
    ("math", ElementKind::Svg),
    ("menu", ElementKind::Block),
    ("meta", ElementKind::Block),
    ("meter", ElementKind::Block),
    ("nav", ElementKind::Block),
    ("noembed", ElementKind::Noscript),
    ("noframes", ElementKind::Noscript),
    ("noscript", ElementKind::Noscript),
    ("object", ElementKind::Media),
    ("ol", ElementKind::Block),
    ("optgroup", ElementKind::Optgroup),
    ("option", ElementKind::Option),
    ("output", ElementKind::Block),
    ("p", ElementKind::Block),
    ("picture", ElementKind::Media),
    ("pre", ElementKind::Block),
    ("progress", ElementKind::Block),
    ("search", ElementKind::Block),
    ("section", ElementKind::Block),
    ("select", ElementKind::Select),
    ("source", ElementKind::Media),
    ("span", ElementKind::Other),
    ("summary", ElementKind::Block),
    ("svg", ElementKind::Svg),
    ("table", ElementKind::Table),
    ("tbody", ElementKind::TableBody),
    ("td", ElementKind::Cell),
    ("template", ElementKind::Block),
    ("textarea", ElementKind::Textarea),
    ("tfoot", ElementKind::TableBody),
    ("th", ElementKind::HeaderCell),
    ("thead", ElementKind::TableHead),
    ("title", ElementKind::Title),
    ("tr", ElementKind::Row),
    ("track", ElementKind::Media),
    ("ul", ElementKind::Block),
    ("video", ElementKind::Media),
    ("wbr", ElementKind::Other),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_found_in_the_table() {
        assert!(TAGS.iter().all(|(name, tag)| by_name(name) == Some(*tag)));
        assert_eq!([by_name("hr"), by_name("wbr")], [Some(ElementKind::Break), Some(ElementKind::Other)]);
    }
}
