//! The kind of a node: HTML elements grouped by what they mean to the redactor and to labels.
//!
//! Does not look at attributes other than the role and the type of an input.

use crate::text::lookup::Lookup;

/// The kind of a node, by tag name and role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Tag {
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
pub enum InputKind {
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
    pub fn from_type(value: &str) -> Self {
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

impl Tag {
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

fn by_name(name: &str) -> Option<Tag> {
    let row = LOOKUP.find(name.as_bytes())?;
    TAGS.get(row).map(|(_, tag)| *tag)
}

/// Whether this is the name of a standard element, which cannot identify a person.
pub(crate) fn is_common(name: &str) -> bool {
    by_name(name).is_some()
}

fn by_role(role: &str) -> Option<Tag> {
    Some(match role {
        "table" | "grid" | "treegrid" => Tag::Table,
        "rowgroup" => Tag::TableBody,
        "row" => Tag::Row,
        "columnheader" | "rowheader" => Tag::HeaderCell,
        "cell" | "gridcell" => Tag::Cell,
        "term" => Tag::Term,
        "definition" => Tag::Description,
        "listitem" | "menuitem" | "tab" | "treeitem" => Tag::Item,
        "option" => Tag::Item,
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

const TAGS: [(&str, Tag); 86] = [
    ("a", Tag::Link),
    ("address", Tag::Block),
    ("article", Tag::Block),
    ("aside", Tag::Block),
    ("audio", Tag::Media),
    ("base", Tag::Block),
    ("blockquote", Tag::Block),
    ("body", Tag::Block),
    ("br", Tag::Break),
    ("button", Tag::Button),
    ("canvas", Tag::Canvas),
    ("caption", Tag::Legend),
    ("center", Tag::Block),
    ("col", Tag::Block),
    ("colgroup", Tag::Block),
    ("datalist", Tag::Datalist),
    ("dd", Tag::Description),
    ("details", Tag::Block),
    ("dialog", Tag::Block),
    ("div", Tag::Block),
    ("dl", Tag::Block),
    ("dt", Tag::Term),
    ("embed", Tag::Media),
    ("fieldset", Tag::Block),
    ("figcaption", Tag::Block),
    ("figure", Tag::Block),
    ("footer", Tag::Block),
    ("form", Tag::Block),
    ("frame", Tag::Frame),
    ("h1", Tag::Block),
    ("h2", Tag::Block),
    ("h3", Tag::Block),
    ("h4", Tag::Block),
    ("h5", Tag::Block),
    ("h6", Tag::Block),
    ("head", Tag::Block),
    ("header", Tag::Block),
    ("hgroup", Tag::Block),
    ("hr", Tag::Break),
    ("html", Tag::Block),
    ("iframe", Tag::Frame),
    ("img", Tag::Media),
    ("input", Tag::Input(InputKind::Text)),
    ("label", Tag::Label),
    ("legend", Tag::Legend),
    ("li", Tag::Item),
    ("link", Tag::Block),
    ("main", Tag::Block),
    ("math", Tag::Svg),
    ("menu", Tag::Block),
    ("meta", Tag::Block),
    ("meter", Tag::Block),
    ("nav", Tag::Block),
    ("noembed", Tag::Noscript),
    ("noframes", Tag::Noscript),
    ("noscript", Tag::Noscript),
    ("object", Tag::Media),
    ("ol", Tag::Block),
    ("optgroup", Tag::Optgroup),
    ("option", Tag::Option),
    ("output", Tag::Block),
    ("p", Tag::Block),
    ("picture", Tag::Media),
    ("pre", Tag::Block),
    ("progress", Tag::Block),
    ("search", Tag::Block),
    ("section", Tag::Block),
    ("select", Tag::Select),
    ("source", Tag::Media),
    ("span", Tag::Other),
    ("summary", Tag::Block),
    ("svg", Tag::Svg),
    ("table", Tag::Table),
    ("tbody", Tag::TableBody),
    ("td", Tag::Cell),
    ("template", Tag::Block),
    ("textarea", Tag::Textarea),
    ("tfoot", Tag::TableBody),
    ("th", Tag::HeaderCell),
    ("thead", Tag::TableHead),
    ("title", Tag::Title),
    ("tr", Tag::Row),
    ("track", Tag::Media),
    ("ul", Tag::Block),
    ("video", Tag::Media),
    ("wbr", Tag::Other),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_found_in_the_table() {
        assert!(TAGS.iter().all(|(name, tag)| by_name(name) == Some(*tag)));
        assert_eq!([by_name("hr"), by_name("wbr")], [Some(Tag::Break), Some(Tag::Other)]);
    }
}
