//! What kind of node a node is, as far as the redactor or the labels care.

/// Kind of a node, by tag name and role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Tag {
    /// An element of no particular meaning, shown in line.
    #[default]
    Other,
    /// An element that starts a new line.
    Block,
    /// A document: of the page or of a frame.
    Document,
    /// A document type.
    Doctype,
    /// A text that stands in no known element.
    Text,
    /// A comment that stands in no known element.
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
    /// An element of a drawing that is no run of text.
    Svg,
}

/// Kind of an `<input>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum InputKind {
    /// Also everything that no browser knows.
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
    /// Reads the value of `type`, in any case; what is not known is text, as in a browser.
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
        let by_name = TAGS.iter().find(|(names, _)| names.contains(&name)).map(|(_, tag)| *tag);
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

    /// Whether its text is no text of the page: code, or the inside of a control.
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

    /// Whether a reader sees text before, in and after it as one.
    pub(crate) fn is_inline(self) -> bool {
        matches!(self, Self::Other | Self::Link | Self::Label | Self::Text | Self::Comment)
    }

    /// Whether it is an element.
    pub(crate) fn is_element(self) -> bool {
        !matches!(self, Self::Document | Self::Doctype | Self::Text | Self::Comment)
    }
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

const TAGS: [(&[&str], Tag); 28] = [
    (
        &[
            "div",
            "p",
            "section",
            "article",
            "aside",
            "main",
            "nav",
            "header",
            "footer",
            "form",
            "fieldset",
            "html",
            "head",
            "body",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "ul",
            "ol",
            "dl",
            "menu",
            "address",
            "blockquote",
            "pre",
            "figure",
            "figcaption",
            "details",
            "summary",
            "dialog",
            "hgroup",
            "search",
            "center",
            "meta",
            "link",
            "base",
            "colgroup",
            "col",
            "template",
            "meter",
            "progress",
            "output",
        ],
        Tag::Block,
    ),
    (&["noscript", "noframes", "noembed"], Tag::Noscript),
    (&["title"], Tag::Title),
    (&["textarea"], Tag::Textarea),
    (&["select"], Tag::Select),
    (&["option"], Tag::Option),
    (&["optgroup"], Tag::Optgroup),
    (&["datalist"], Tag::Datalist),
    (&["input"], Tag::Input(InputKind::Text)),
    (&["button"], Tag::Button),
    (&["label"], Tag::Label),
    (&["legend", "caption"], Tag::Legend),
    (&["table"], Tag::Table),
    (&["thead"], Tag::TableHead),
    (&["tbody", "tfoot"], Tag::TableBody),
    (&["tr"], Tag::Row),
    (&["th"], Tag::HeaderCell),
    (&["td"], Tag::Cell),
    (&["dt"], Tag::Term),
    (&["dd"], Tag::Description),
    (&["li"], Tag::Item),
    (&["a"], Tag::Link),
    (&["br", "hr"], Tag::Break),
    (&["iframe", "frame"], Tag::Frame),
    (&["canvas"], Tag::Canvas),
    (&["img", "video", "audio", "object", "embed", "picture", "source", "track"], Tag::Media),
    (&["svg", "math"], Tag::Svg),
    (&["wbr", "span"], Tag::Other),
];
