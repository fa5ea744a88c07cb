//! Reads sections and collects all problems instead of stopping at the first.

use std::time::Duration;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::DeValue;

use crate::config::problem::{ConfigProblem, ConfigProblems};
use crate::config::source::{Source, one_line};
use crate::config::units;

/// Collects problems and warnings while the sections are converted.
pub(crate) struct Checker<'a> {
    source: &'a Source<'a>,
    problems: Vec<ConfigProblem>,
    warnings: Vec<String>,
    unread: Vec<String>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(source: &'a Source<'a>) -> Self {
        Self { source, problems: Vec::new(), warnings: Vec::new(), unread: Vec::new() }
    }

    /// Ends the check. Returns all problems, or the value and the warnings.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<(T, Vec<String>), ConfigProblems> {
        self.problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
        match value {
            Some(value) if self.problems.is_empty() => Ok((value, self.warnings)),
            _ => Err(ConfigProblems(self.problems)),
        }
    }

    /// The file name, as given.
    pub(crate) fn file(&self) -> &str {
        self.source.file()
    }

    /// Whether no problem was found so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// Records a problem with a key.
    pub(crate) fn problem(&mut self, key: &str, message: impl Into<String>) {
        self.problems.push(ConfigProblem {
            file: self.source.file().to_owned(),
            line: self.source.line_of_key(key),
            key: key.to_owned(),
            message: message.into(),
        });
    }

    /// Whether a section or an element of it could not be read, so that it may hold what seems missing.
    pub(crate) fn is_unread(&self, section: &str) -> bool {
        self.unread.iter().any(|key| key.starts_with(section))
    }

    /// Records a problem in another file, such as a rule pack.
    pub(crate) fn problem_elsewhere(&mut self, problem: ConfigProblem) {
        self.problems.push(problem);
    }

    /// Records what is allowed but probably not intended.
    pub(crate) fn warn(&mut self, key: &str, message: &str) {
        let line = self.source.line_of_key(key).map(|line| format!(":{line}")).unwrap_or_default();
        self.warnings.push(format!("{}{line}: {key}: {message}", self.source.file()));
    }

    /// Records a problem for each section that is not in `known`.
    pub(crate) fn reject_unknown_sections(&mut self, known: &[&str]) {
        let unknown: Vec<String> =
            self.source.sections().filter(|name| !known.contains(name)).map(str::to_owned).collect();
        for name in unknown {
            self.problem(&name, format!("unknown section; expected one of {}", known.join(", ")));
        }
    }

    /// Whether the file has this section.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.source.section(name).is_some()
    }

    /// Reads a section; a missing one reads as empty.
    pub(crate) fn section<T>(&mut self, name: &str) -> T
    where
        T: for<'de> Deserialize<'de> + Default,
    {
        match self.source.section(name) {
            None => T::default(),
            Some(value) => self.read(name, value).unwrap_or_default(),
        }
    }

    /// Reads a section that another check also reads; that check reports a failure.
    pub(crate) fn section_reported_elsewhere<T>(&mut self, name: &str) -> T
    where
        T: for<'de> Deserialize<'de> + Default,
    {
        let read = |value: &Spanned<DeValue<'a>>| T::deserialize(value.clone().into_deserializer()).ok();
        self.source.section(name).and_then(read).unwrap_or_default()
    }

    /// Reads an array of tables. An element that cannot be read is a problem, and is left out.
    pub(crate) fn sections<T>(&mut self, name: &str) -> Vec<(String, T)>
    where
        T: for<'de> Deserialize<'de>,
    {
        let Some(value) = self.source.section(name) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.problem(name, format!("expected a list of tables; write [[{name}]]"));
            return Vec::new();
        };
        let mut read = Vec::new();
        for (idx, element) in array.iter().enumerate() {
            let key = format!("{name}[{idx}]");
            if let Some(section) = self.read(&key, element) {
                read.push((key, section));
            }
        }
        read
    }

    fn read<T>(&mut self, key: &str, value: &Spanned<DeValue<'a>>) -> Option<T>
    where
        T: for<'de> Deserialize<'de>,
    {
        match T::deserialize(value.clone().into_deserializer()) {
            Ok(section) => Some(section),
            Err(error) => {
                self.unread.push(key.to_owned());
                let offset = error.span().map(|span| span.start);
                let key = offset.map_or_else(|| key.to_owned(), |at| Source::key_at(key, value, at));
                let line = offset.map(|at| self.source.line_of_offset(at));
                self.problems.push(ConfigProblem {
                    file: self.source.file().to_owned(),
                    line: line.or_else(|| self.source.line_of_key(&key)),
                    key,
                    message: one_line(error.message()),
                });
                None
            }
        }
    }

    /// A size such as `25MiB`.
    pub(crate) fn size(&mut self, key: &str, text: Option<&str>, default: usize) -> usize {
        let Some(text) = text else { return default };
        match units::parse_size(text) {
            Some(0) => {
                self.problem(key, "a size of zero would reject everything; write one such as \"25MiB\"");
                default
            }
            Some(size) => size,
            None => {
                self.problem(
                    key,
                    format!("{text:?} is not a size; write one such as \"25MiB\" or \"64KiB\""),
                );
                default
            }
        }
    }

    /// A duration such as `60s`.
    pub(crate) fn duration(&mut self, key: &str, text: Option<&str>, default: Duration) -> Duration {
        let Some(text) = text else { return default };
        units::parse_duration(text).unwrap_or_else(|| {
            self.problem(
                key,
                format!("{text:?} is not a duration; write one such as \"60s\", \"250ms\" or \"30m\""),
            );
            default
        })
    }

    /// One of a few words.
    pub(crate) fn one_of<T: Copy>(
        &mut self,
        key: &str,
        text: Option<&str>,
        words: &[(&str, T)],
        default: T,
    ) -> T {
        let Some(text) = text else { return default };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let known: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        self.problem(key, format!("unknown value {text:?}; expected one of {}", known.join(", ")));
        default
    }

    /// A number of at least one.
    pub(crate) fn count(&mut self, key: &str, number: Option<i64>, default: usize) -> usize {
        let Some(number) = number else { return default };
        match usize::try_from(number) {
            Ok(count) if count > 0 => count,
            _ => {
                self.problem(key, format!("{number} is out of range; write a number of at least 1"));
                default
            }
        }
    }
}
