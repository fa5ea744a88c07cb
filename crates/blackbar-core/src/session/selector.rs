//! CSS selectors of the policy, compiled to what a window must remember about an element.
//!
//! A recording gives tags, classes, ids and attributes; what it cannot tell (`:hover`,
//! pseudo-elements, `:empty` while texts come and go) is an error at load, never a selector that
//! silently matches nothing. All simple selectors of the list are numbered ("facts"); a window
//! keeps the numbers that hold for an element and forgets the strings.
//!
//! Does not know how elements are linked: `matching` does.

use std::collections::BTreeMap;
use std::fmt;

use cssparser::Parser as CssParser;
use selectors::attr::AttrSelectorOperation;
use selectors::attr::AttrSelectorOperator;
use selectors::attr::CaseSensitivity;
use selectors::attr::ParsedAttrSelectorOperation;
use selectors::attr::ParsedCaseSensitivity;
use selectors::parser::Combinator;
use selectors::parser::Component;
use selectors::parser::ParseRelative;
use selectors::parser::Parser;
use selectors::parser::Selector;
use selectors::parser::SelectorList;
use selectors::parser::SelectorParseErrorKind;
use selectors::visitor::SelectorVisitor;

use crate::parse::value::Value;
use crate::parse::word::Word;
use crate::session::dialect::Dialect;
use crate::session::dialect::Name;
use crate::session::grow;
use crate::session::reading::lower;

/// What is done with an element that a selector matches, and with all that stands in it.
///
/// Ordered by strictness: where several apply, own or inherited, the greatest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Treat {
    /// Lifts postures (mask all, drop all), never rules.
    Allow,
    /// Every text and value is masked.
    Mask,
    /// The element is emptied, and all later events about its inside are dropped.
    Block,
}

/// Number of a simple selector in its [`Selectors`].
pub(crate) type FactIdx = u16;

/// A selector that cannot be used. The policy does not load.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("selector {index}: {reason}")]
pub struct SelectorError {
    /// Which entry of the list.
    pub index: usize,
    /// What is wrong.
    pub reason: SelectorProblem,
}

/// What is wrong with a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectorProblem {
    /// Nothing stands where a selector should.
    #[error("the selector is empty or ends too early")]
    Empty,
    /// The text is not a selector.
    #[error("the selector is malformed")]
    Syntax,
    /// A pseudo-class or pseudo-element that a recording does not tell.
    #[error("a recording cannot tell this pseudo-class or pseudo-element")]
    Unknowable,
    /// A namespace prefix.
    #[error("namespaces are not known in a recording")]
    Namespace,
    /// The list has more simple selectors than can be numbered.
    #[error("the list of selectors is too long")]
    TooMany,
}

/// The compiled list.
#[derive(Default)]
pub struct Selectors {
    entries: Vec<Entry>,
    exempt: Vec<Exempt>,
    facts: Facts,
    /// Whether a change beside an element may change what matches it.
    pub(crate) looks_sideways: bool,
    /// Whether only the element's own facts decide.
    pub(crate) is_local: bool,
}

/// A complex selector, and what it asks of the element itself.
type Compiled = (Selector<Dialect>, Option<FactIdx>);

/// One complex selector.
pub(crate) struct Entry {
    pub(crate) selector: Selector<Dialect>,
    pub(crate) treat: Treat,
    /// A fact that must hold for the element itself: the quick way out.
    pub(crate) required: Option<FactIdx>,
}

/// One complex selector whose elements are exempt from something, by number.
pub(crate) struct Exempt {
    pub(crate) selector: Selector<Dialect>,
    pub(crate) number: u16,
    /// As in [`Entry`].
    pub(crate) required: Option<FactIdx>,
}

/// Numbers of all simple selectors.
#[derive(Default)]
pub(crate) struct Facts {
    len: FactIdx,
    tags: BTreeMap<Box<str>, FactIdx>,
    ids: BTreeMap<Box<str>, FactIdx>,
    classes: BTreeMap<Box<str>, FactIdx>,
    attributes: BTreeMap<Box<str>, Vec<(FactIdx, AttrSelectorOperation<Name>)>>,
    /// Of each numbered name, whether it matters; empty before that was asked.
    known: Vec<bool>,
}

impl Selectors {
    /// Compiles a list of CSS selector lists.
    ///
    /// # Errors
    /// [`SelectorError`] for the first entry that cannot be used; nothing is compiled then.
    pub fn parse<'a>(list: impl IntoIterator<Item = (&'a str, Treat)>) -> Result<Self, SelectorError> {
        let mut all = Self { is_local: true, ..Self::default() };
        for (index, (css, treat)) in list.into_iter().enumerate() {
            all.add(css, treat).map_err(|reason| SelectorError { index, reason })?;
        }
        all.facts.settle();
        Ok(all)
    }

    /// Whether no element can match.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a list of selectors that treat nothing: their elements are asked for by number.
    ///
    /// # Errors
    /// The list cannot be used; nothing was added.
    pub(crate) fn exempt(&mut self, css: &str, number: u16) -> Result<(), SelectorProblem> {
        let compiled = self.compile(css)?;
        let exempt = compiled.into_iter().map(|(selector, required)| Exempt { selector, number, required });
        self.exempt.extend(exempt);
        self.facts.settle();
        Ok(())
    }

    pub(crate) fn exempts(&self) -> &[Exempt] {
        &self.exempt
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    fn add(&mut self, css: &str, treat: Treat) -> Result<(), SelectorProblem> {
        let compiled = self.compile(css)?;
        let entries = compiled.into_iter().map(|(selector, required)| Entry { selector, treat, required });
        self.entries.extend(entries);
        Ok(())
    }

    /// Parses a list and numbers its parts; each selector with a fact that it asks for.
    fn compile(&mut self, css: &str) -> Result<Vec<Compiled>, SelectorProblem> {
        let list = CssParser::new(css)
            .parse_entirely(|input| SelectorList::parse(&Grammar, input, ParseRelative::No))
            .map_err(|e| problem(&e.kind))?;
        let mut compiled = Vec::new();
        for selector in list.slice() {
            let mut survey = Survey { all: self, problem: None };
            selector.visit(&mut survey);
            if let Some(problem) = survey.problem {
                return Err(problem);
            }
            compiled.push((selector.clone(), self.required(selector)));
        }
        Ok(compiled)
    }

    /// A fact that the rightmost compound asks for.
    fn required(&self, selector: &Selector<Dialect>) -> Option<FactIdx> {
        selector.iter().find_map(|component| match component {
            Component::Class(name) => self.facts.class(name.as_ref()),
            Component::ID(name) => self.facts.id(name.as_ref()),
            Component::LocalName(name) => self.facts.tag(name.lower_name.as_ref()),
            _ => None,
        })
    }
}

impl fmt::Debug for Selectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selectors").field("len", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Facts {
    pub(crate) fn tag(&self, name: &str) -> Option<FactIdx> {
        self.tags.get(name).copied()
    }

    pub(crate) fn id(&self, id: &str) -> Option<FactIdx> {
        self.ids.get(id).copied()
    }

    pub(crate) fn class(&self, class: &str) -> Option<FactIdx> {
        self.classes.get(class).copied()
    }

    /// The number of one test of an attribute.
    pub(crate) fn test(&self, name: &str, operation: &AttrSelectorOperation<&Name>) -> Option<FactIdx> {
        let same = |test: &AttrSelectorOperation<Name>| match (test, operation) {
            (AttrSelectorOperation::Exists, AttrSelectorOperation::Exists) => true,
            (
                AttrSelectorOperation::WithValue { operator: a, case_sensitivity: b, value: c },
                AttrSelectorOperation::WithValue { operator, case_sensitivity, value },
            ) => a == operator && b == case_sensitivity && c == *value,
            _ => false,
        };
        let tests = self.attributes.get(name)?;
        tests.iter().find_map(|(fact, test)| same(test).then_some(*fact))
    }

    /// Whether a selector looks at this attribute.
    pub(crate) fn reads(&self, name: &str) -> bool {
        match name {
            "id" if !self.ids.is_empty() => true,
            "class" if !self.classes.is_empty() => true,
            _ => self.attributes.contains_key(name),
        }
    }

    /// Whether a window takes note of an attribute, for selectors or for itself.
    pub(crate) fn matter(&self, name: Value<'_>) -> bool {
        match self.known.get(name.word() as usize) {
            Some(known) if name.word() != Word::Other => *known,
            _ => self.takes_note(&lower(name.text())),
        }
    }

    fn takes_note(&self, name: &str) -> bool {
        self.reads(name) || grow::matters(name)
    }

    /// Decides once for all names that are numbered.
    fn settle(&mut self) {
        self.known = Word::all().map(|(_, text)| self.takes_note(&text.to_ascii_lowercase())).collect();
    }

    /// Appends the facts that `value` of the attribute `name` makes true.
    pub(crate) fn collect(&self, name: &str, value: &str, out: &mut Vec<FactIdx>) {
        match name {
            "id" => out.extend(self.id(value)),
            "class" if !self.classes.is_empty() => {
                out.extend(value.split_ascii_whitespace().filter_map(|class| self.class(class)));
            }
            _ => {}
        }
        let tests = self.attributes.get(name).map(Vec::as_slice).unwrap_or_default();
        out.extend(tests.iter().filter(|(_, test)| test.eval_str(value)).map(|(fact, _)| *fact));
    }

    /// Whether `fact` hangs on the attribute `name`.
    pub(crate) fn is_of(&self, fact: FactIdx, name: &str) -> bool {
        let tests = self.attributes.get(name).map(Vec::as_slice).unwrap_or_default();
        tests.iter().any(|(idx, _)| *idx == fact)
            || (name == "id" && self.ids.values().any(|idx| *idx == fact))
            || (name == "class" && self.classes.values().any(|idx| *idx == fact))
    }

    fn number(&mut self) -> Option<FactIdx> {
        let idx = self.len;
        self.len = self.len.checked_add(1)?;
        Some(idx)
    }

    fn add_attribute(&mut self, name: &str, test: AttrSelectorOperation<Name>) -> Option<()> {
        let idx = self.number()?;
        self.attributes.entry(name.into()).or_default().push((idx, test));
        Some(())
    }

    fn add_word(&mut self, of: fn(&mut Self) -> &mut BTreeMap<Box<str>, FactIdx>, word: &str) -> Option<()> {
        if !of(self).contains_key(word) {
            let idx = self.number()?;
            of(self).insert(word.into(), idx);
        }
        Some(())
    }
}

fn problem(kind: &cssparser::ParseErrorKind<SelectorParseErrorKind>) -> SelectorProblem {
    use cssparser::BasicParseErrorKind as Basic;
    use cssparser::ParseErrorKind as Error;
    match kind {
        Error::Basic(Basic::EndOfInput)
        | Error::Custom(SelectorParseErrorKind::EmptySelector | SelectorParseErrorKind::DanglingCombinator) => {
            SelectorProblem::Empty
        }
        Error::Custom(
            SelectorParseErrorKind::UnsupportedPseudoClassOrElement
            | SelectorParseErrorKind::InvalidState
            | SelectorParseErrorKind::PseudoElementExpectedColon
            | SelectorParseErrorKind::PseudoElementExpectedIdent,
        ) => SelectorProblem::Unknowable,
        Error::Custom(SelectorParseErrorKind::ExpectedNamespace) => SelectorProblem::Namespace,
        _ => SelectorProblem::Syntax,
    }
}

/// What of CSS is understood.
struct Grammar;

impl Parser<'_> for Grammar {
    type Impl = Dialect;
    type Error = SelectorParseErrorKind;

    fn parse_is_and_where(&self) -> bool {
        true
    }

    fn allow_forgiving_selectors(&self) -> bool {
        false
    }
}

/// Walks a parsed selector: numbers its parts, refuses what cannot be known.
struct Survey<'s> {
    all: &'s mut Selectors,
    problem: Option<SelectorProblem>,
}

impl Survey<'_> {
    fn component(&mut self, component: &Component<Dialect>) -> Result<(), SelectorProblem> {
        let facts = &mut self.all.facts;
        let added = match component {
            Component::LocalName(name) => facts.add_word(|f| &mut f.tags, name.lower_name.as_ref()),
            Component::ID(id) => facts.add_word(|f| &mut f.ids, id.as_ref()),
            Component::Class(class) => facts.add_word(|f| &mut f.classes, class.as_ref()),
            Component::AttributeInNoNamespaceExists { local_name_lower, .. } => {
                facts.add_attribute(local_name_lower.as_ref(), AttrSelectorOperation::Exists)
            }
            Component::AttributeInNoNamespace { local_name, operator, value, case_sensitivity } => {
                facts.add_attribute(local_name.as_ref(), with_value(*operator, *case_sensitivity, value))
            }
            Component::AttributeOther(other) if other.namespace.is_none() => {
                let test = match &other.operation {
                    ParsedAttrSelectorOperation::Exists => AttrSelectorOperation::Exists,
                    ParsedAttrSelectorOperation::WithValue { operator, case_sensitivity, value } => {
                        with_value(*operator, *case_sensitivity, value)
                    }
                };
                facts.add_attribute(other.local_name_lower.as_ref(), test)
            }
            Component::ExplicitUniversalType | Component::ExplicitAnyNamespace | Component::Combinator(_) => {
                Some(())
            }
            Component::Negation(_) | Component::Is(_) | Component::Where(_) => Some(()),
            Component::Root => {
                self.all.is_local = false;
                Some(())
            }
            Component::Nth(nth) if !nth.ty.is_of_type() => {
                self.all.looks_sideways = true;
                Some(())
            }
            Component::AttributeOther(_)
            | Component::ExplicitNoNamespace
            | Component::DefaultNamespace(_)
            | Component::Namespace(..) => return Err(SelectorProblem::Namespace),
            _ => return Err(SelectorProblem::Unknowable),
        };
        added.ok_or(SelectorProblem::TooMany)
    }
}

impl SelectorVisitor for Survey<'_> {
    type Impl = Dialect;

    fn visit_simple_selector(&mut self, component: &Component<Dialect>) -> bool {
        self.problem = self.component(component).err();
        self.problem.is_none()
    }

    fn visit_complex_selector(&mut self, combinator_to_right: Option<Combinator>) -> bool {
        if let Some(combinator) = combinator_to_right {
            self.all.is_local = false;
            self.all.looks_sideways |= combinator.is_sibling();
        }
        true
    }
}

/// A test, with the case rules of HTML: no recording says which document is none.
fn with_value(
    operator: AttrSelectorOperator,
    case: ParsedCaseSensitivity,
    value: &Name,
) -> AttrSelectorOperation<Name> {
    let case_sensitivity = match case {
        ParsedCaseSensitivity::ExplicitCaseSensitive | ParsedCaseSensitivity::CaseSensitive => {
            CaseSensitivity::CaseSensitive
        }
        ParsedCaseSensitivity::AsciiCaseInsensitive
        | ParsedCaseSensitivity::AsciiCaseInsensitiveIfInHtmlElementInHtmlDocument => {
            CaseSensitivity::AsciiCaseInsensitive
        }
    };
    AttrSelectorOperation::WithValue { operator, case_sensitivity, value: value.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(css: &str) -> SelectorProblem {
        let error = Selectors::parse([(".fine", Treat::Mask), (css, Treat::Mask)]).unwrap_err();
        assert_eq!(error.index, 1);
        error.reason
    }

    #[test]
    fn refuses_what_a_recording_cannot_tell() {
        for css in
            ["a:hover", "p::before", ":focus", "a:is(:hover, b)", ":has(a)", ":empty", ":scope", ":host"]
        {
            assert_eq!(refused(css), SelectorProblem::Unknowable, "{css}");
        }
    }

    #[test]
    fn refuses_what_is_no_selector() {
        for css in ["", " ", "a >", "a,,b", ".1", "[", "[a=]", "a b)", "}", "a{}", ":not()", "a/b"] {
            assert!(matches!(refused(css), SelectorProblem::Empty | SelectorProblem::Syntax), "{css}");
        }
        assert_eq!(refused("svg|a"), SelectorProblem::Namespace);
    }

    #[test]
    fn knows_when_siblings_matter() {
        let sideways = |css| Selectors::parse([(css, Treat::Mask)]).unwrap().looks_sideways;
        assert!(sideways("a + b") && sideways(":not(a ~ b)") && sideways("li:first-child"));
        assert!(!sideways("a > b c"));
    }
}
