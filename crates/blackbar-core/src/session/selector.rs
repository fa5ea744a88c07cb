//! The CSS selectors of a policy, compiled.
//!
//! A recording contains tags, classes, ids and attributes. A selector that needs anything else
//! (`:hover`, pseudo-elements, `:empty` while texts come and go) is an error when the policy loads.
//!
//! Does not match anything: `selector_matching` does.
//!
//! **Invariant:** no accepted selector silently matches nothing.

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

use crate::session::css_dialect::CssDialect;
use crate::session::css_dialect::CssName;
use crate::session::selector_facts::FactIdx;
use crate::session::selector_facts::SelectorFacts;
use crate::session::treatment::Treatment;

/// A selector that cannot be used. The policy does not load.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("selector {index}: {reason}")]
pub struct SelectorError {
    /// Which entry of the list.
    pub index: usize,
    /// What is wrong.
    pub(crate) reason: SelectorProblem,
}

impl SelectorError {
    /// What is wrong, without the place in the list.
    pub fn reason(&self) -> String {
        self.reason.to_string()
    }

    /// Whether no browser would take it either.
    pub fn is_malformed(&self) -> bool {
        matches!(self.reason, SelectorProblem::Empty | SelectorProblem::Syntax)
    }
}

/// What is wrong with a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SelectorProblem {
    /// A selector is missing.
    #[error("the selector is empty or ends too early")]
    Empty,
    /// The text is not a selector.
    #[error("the selector is malformed")]
    Syntax,
    /// A pseudo-class or pseudo-element that a recording has no data for.
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
    treatments: Vec<TreatmentSelector>,
    exemptions: Vec<ExemptionSelector>,
    facts: SelectorFacts,
    /// Whether a change of a sibling may change which selectors match an element.
    pub(super) looks_sideways: bool,
}

/// A complex selector, and a fact that it requires of the element itself.
type Compiled = (Selector<CssDialect>, Option<FactIdx>);

/// One complex selector that treats its elements.
pub(super) struct TreatmentSelector {
    pub(super) selector: Selector<CssDialect>,
    pub(super) treat: Treatment,
    /// A fact the element itself must have. Most elements lack it, which avoids the full match.
    pub(super) required: Option<FactIdx>,
}

/// One complex selector whose elements have an exemption, identified by the caller's number.
pub(super) struct ExemptionSelector {
    pub(super) selector: Selector<CssDialect>,
    pub(super) number: u16,
    /// As in [`TreatmentSelector`].
    pub(super) required: Option<FactIdx>,
}

impl Selectors {
    /// Compiles a list of CSS selector lists.
    ///
    /// # Errors
    /// [`SelectorError`] for the first entry that cannot be used; nothing is compiled then.
    pub fn parse<'a>(list: impl IntoIterator<Item = (&'a str, Treatment)>) -> Result<Self, SelectorError> {
        let mut all = Self::default();
        for (index, (css, treat)) in list.into_iter().enumerate() {
            all.add(css, treat).map_err(|reason| SelectorError { index, reason })?;
        }
        all.facts.finish();
        Ok(all)
    }

    /// Whether no selector treats anything.
    pub fn is_empty(&self) -> bool {
        self.treatments.is_empty()
    }

    /// Adds a list of selectors that treat nothing but grant an exemption, identified by `number`.
    ///
    /// # Errors
    /// The list cannot be used; nothing was added.
    pub(crate) fn add_exemption(&mut self, css: &str, number: u16) -> Result<(), SelectorProblem> {
        let compiled = self.compile(css)?;
        let new =
            compiled.into_iter().map(|(selector, required)| ExemptionSelector { selector, number, required });
        self.exemptions.extend(new);
        self.facts.finish();
        Ok(())
    }

    pub(super) fn exemptions(&self) -> &[ExemptionSelector] {
        &self.exemptions
    }

    pub(super) fn treatments(&self) -> &[TreatmentSelector] {
        &self.treatments
    }

    pub(super) fn facts(&self) -> &SelectorFacts {
        &self.facts
    }

    fn add(&mut self, css: &str, treat: Treatment) -> Result<(), SelectorProblem> {
        let compiled = self.compile(css)?;
        let new =
            compiled.into_iter().map(|(selector, required)| TreatmentSelector { selector, treat, required });
        self.treatments.extend(new);
        Ok(())
    }

    /// Parses a list and numbers its simple selectors.
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

    /// A fact that the rightmost compound requires.
    fn required(&self, selector: &Selector<CssDialect>) -> Option<FactIdx> {
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
        f.debug_struct("Selectors").field("len", &self.treatments.len()).finish_non_exhaustive()
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

/// The supported part of CSS.
struct Grammar;

impl Parser<'_> for Grammar {
    type Impl = CssDialect;
    type Error = SelectorParseErrorKind;

    fn parse_is_and_where(&self) -> bool {
        true
    }

    fn allow_forgiving_selectors(&self) -> bool {
        false
    }
}

/// Walks a parsed selector: numbers its simple selectors and rejects what a recording has no data for.
struct Survey<'s> {
    all: &'s mut Selectors,
    problem: Option<SelectorProblem>,
}

impl Survey<'_> {
    fn add_component(&mut self, component: &Component<CssDialect>) -> Result<(), SelectorProblem> {
        let facts = &mut self.all.facts;
        let added = match component {
            Component::LocalName(name) => facts.add_tag(name.lower_name.as_ref()),
            Component::ID(id) => facts.add_id(id.as_ref()),
            Component::Class(class) => facts.add_class(class.as_ref()),
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
            Component::Negation(_) | Component::Is(_) | Component::Where(_) | Component::Root => Some(()),
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
    type Impl = CssDialect;

    fn visit_simple_selector(&mut self, component: &Component<CssDialect>) -> bool {
        self.problem = self.add_component(component).err();
        self.problem.is_none()
    }

    fn visit_complex_selector(&mut self, combinator_to_right: Option<Combinator>) -> bool {
        if let Some(combinator) = combinator_to_right {
            self.all.looks_sideways |= combinator.is_sibling();
        }
        true
    }
}

/// A test of an attribute value, with the case rules of HTML: a recording does not identify
/// documents that are not HTML.
fn with_value(
    operator: AttrSelectorOperator,
    case: ParsedCaseSensitivity,
    value: &CssName,
) -> AttrSelectorOperation<CssName> {
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

    fn rejected(css: &str) -> SelectorProblem {
        let error = Selectors::parse([(".fine", Treatment::Mask), (css, Treatment::Mask)]).unwrap_err();
        assert_eq!(error.index, 1);
        error.reason
    }

    #[test]
    fn rejects_pseudo_classes_that_a_recording_has_no_data_for() {
        for css in
            ["a:hover", "p::before", ":focus", "a:is(:hover, b)", ":has(a)", ":empty", ":scope", ":host"]
        {
            assert_eq!(rejected(css), SelectorProblem::Unknowable, "{css}");
        }
    }

    #[test]
    fn rejects_malformed_selectors() {
        for css in ["", " ", "a >", "a,,b", ".1", "[", "[a=]", "a b)", "}", "a{}", ":not()", "a/b"] {
            assert!(matches!(rejected(css), SelectorProblem::Empty | SelectorProblem::Syntax), "{css}");
        }
        assert_eq!(rejected("svg|a"), SelectorProblem::Namespace);
    }

    #[test]
    fn knows_whether_siblings_matter() {
        let sideways = |css| Selectors::parse([(css, Treatment::Mask)]).unwrap().looks_sideways;
        assert!(sideways("a + b") && sideways(":not(a ~ b)") && sideways("li:first-child"));
        assert!(!sideways("a > b c"));
    }
}
