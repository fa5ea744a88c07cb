//! The parsed TOML document, with the line of each key.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::problem::{ConfigProblem, ConfigProblems};

/// A parsed configuration file.
pub(crate) struct Source<'a> {
    file: &'a str,
    text: &'a str,
    root: DeTable<'a>,
}

impl<'a> Source<'a> {
    /// Parses the document. Sections are not checked yet.
    pub(crate) fn parse(text: &'a str, file: &'a str) -> Result<Self, ConfigProblems> {
        let (root, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            return Ok(Self { file, text, root: root.into_inner() });
        }
        let problem = |error: &toml::de::Error| ConfigProblem {
            file: file.to_owned(),
            line: error.span().map(|span| line_of(text, span.start)),
            key: String::new(),
            message: format!("invalid TOML: {}", one_line(error.message())),
        };
        Err(ConfigProblems(errors.iter().map(problem).collect()))
    }

    pub(crate) fn file(&self) -> &str {
        self.file
    }

    /// The top-level keys.
    pub(crate) fn sections(&self) -> impl Iterator<Item = &str> {
        self.root.iter().map(|(key, _)| key.get_ref().as_ref())
    }

    /// The value of a section.
    pub(crate) fn section(&self, name: &str) -> Option<&Spanned<DeValue<'a>>> {
        self.root.get(name)
    }

    /// The line of a key such as `region[1].upstreams[0]`, or of the nearest part of it that exists.
    pub(crate) fn line_of_key(&self, key: &str) -> Option<usize> {
        let mut at: Option<usize> = None;
        let mut here: Option<&DeValue<'_>> = None;
        for part in key.split('.') {
            let (name, indices) = split_indices(part);
            let table = match here {
                None => &self.root,
                Some(value) => match value.as_table() {
                    Some(table) => table,
                    None => break,
                },
            };
            let Some((key, value)) = table.iter().find(|(key, _)| key.get_ref() == name) else { break };
            at = Some(key.span().start);
            let mut value = value;
            for idx in indices {
                let Some(element) = value.get_ref().as_array().and_then(|array| array.get(idx)) else {
                    break;
                };
                at = Some(element.span().start);
                value = element;
            }
            here = Some(value.get_ref());
        }
        at.map(|offset| line_of(self.text, offset))
    }

    /// The line of a byte.
    pub(crate) fn line_of_offset(&self, offset: usize) -> usize {
        line_of(self.text, offset)
    }

    /// The key below `prefix` whose name or value holds the byte.
    pub(crate) fn key_at(prefix: &str, value: &Spanned<DeValue<'_>>, offset: usize) -> String {
        let mut path = prefix.to_owned();
        let mut here = value.get_ref();
        loop {
            if let Some(table) = here.as_table() {
                let Some((key, value)) = table
                    .iter()
                    .find(|(key, value)| key.span().contains(&offset) || value.span().contains(&offset))
                else {
                    return path;
                };
                path = format!("{path}.{}", key.get_ref());
                here = value.get_ref();
            } else if let Some(array) = here.as_array() {
                let Some((idx, value)) =
                    array.iter().enumerate().find(|(_, value)| value.span().contains(&offset))
                else {
                    return path;
                };
                path = format!("{path}[{idx}]");
                here = value.get_ref();
            } else {
                return path;
            }
        }
    }
}

/// Joins a message of the TOML parser, which may span lines, into one line.
pub(crate) fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

fn split_indices(part: &str) -> (&str, Vec<usize>) {
    let mut pieces = part.split('[');
    let name = pieces.next().unwrap_or_default();
    (name, pieces.filter_map(|piece| piece.trim_end_matches(']').parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_line_of_a_nested_key() {
        let text = "[listen]\naddress = \"x\"\n\n[[region]]\nname = \"eu\"\n\n[[region]]\nname = \"us\"\n";
        let source = Source::parse(text, "f").unwrap();
        assert_eq!(source.line_of_key("listen.address"), Some(2));
        assert_eq!(source.line_of_key("region[1].name"), Some(8));
        assert_eq!(source.line_of_key("region[1].missing"), Some(7));
        assert_eq!(source.line_of_key("nowhere"), None);
    }
}
