//! The kinds of places in which a text can occur.

/// The kind of place in which a text occurs. A closed set: the label of metrics and audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Surface {
    /// DOM text.
    Text,
    /// A value that was typed or chosen.
    Input,
    /// An attribute of an element.
    Attribute,
    /// A URL, wherever it occurs.
    Url,
    /// A style sheet, rule or declaration.
    Css,
    /// A console message or stack trace.
    Console,
    /// A captured network request or response.
    Network,
    /// Drawing commands.
    Canvas,
    /// Pixels.
    Image,
    /// A custom event.
    Custom,
    /// A meta event: page address, title, screen name.
    Meta,
    /// A property of an ordinary event, or of the envelope.
    Property,
    /// A person's properties, as sent for flags or with `$set`.
    Person,
    /// A mobile wireframe.
    Wireframe,
    /// An object key.
    Key,
    /// The query of the request itself.
    Query,
    /// A place that no grammar knows.
    Unknown,
}

impl Surface {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Text,
        Self::Input,
        Self::Attribute,
        Self::Url,
        Self::Css,
        Self::Console,
        Self::Network,
        Self::Canvas,
        Self::Image,
        Self::Custom,
        Self::Meta,
        Self::Property,
        Self::Person,
        Self::Wireframe,
        Self::Key,
        Self::Query,
        Self::Unknown,
    ];

    /// The word for metrics, reports and audit.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Input => "input",
            Self::Attribute => "attribute",
            Self::Url => "url",
            Self::Css => "css",
            Self::Console => "console",
            Self::Network => "network",
            Self::Canvas => "canvas",
            Self::Image => "image",
            Self::Custom => "custom",
            Self::Meta => "meta",
            Self::Property => "property",
            Self::Person => "person",
            Self::Wireframe => "wireframe",
            Self::Key => "key",
            Self::Query => "query",
            Self::Unknown => "unknown",
        }
    }
}
