//! The SDK of a request, as a label from a bounded set: for counters and records.
//!
//! Names and versions come from the payload and could hold anything; an unknown name or an unexpected
//! shape becomes `other`.

/// An SDK and its version, as a counter may name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sdk {
    /// The library: one of those that PostHog publishes, or `other`.
    pub lib: &'static str,
    /// Major and minor version, or `other`.
    pub version_class: String,
}

/// The label of everything that is not known.
pub(crate) const OTHER: &str = "other";

/// The known libraries, by their `$lib`.
pub(crate) const LIBS: &[&str] = &[
    "web",
    "js",
    "posthog-js-lite",
    "posthog-ios",
    "posthog-android",
    "posthog-react-native",
    "posthog-flutter",
    "posthog-node",
    "posthog-python",
];

impl Sdk {
    /// An SDK that is not known.
    pub fn other() -> Self {
        Self { lib: OTHER, version_class: OTHER.to_owned() }
    }

    /// Reads `$lib` and `$lib_version`, separated by a space.
    pub fn read(text: &str) -> Self {
        let (lib, version) = text.rsplit_once(' ').unwrap_or((text, ""));
        let Some(lib) = LIBS.iter().find(|known| **known == lib) else { return Self::other() };
        Self { lib, version_class: version_class(version).unwrap_or_else(|| OTHER.to_owned()) }
    }
}

fn version_class(version: &str) -> Option<String> {
    let mut parts = version.split(['.', '-', '+']);
    let mut number = |longest| {
        let part = parts.next()?;
        let is_number = (1..=longest).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_number.then_some(part)
    };
    Some(format!("{}.{}", number(3)?, number(4)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (&'static str, String) {
        let sdk = Sdk::read(text);
        (sdk.lib, sdk.version_class)
    }

    #[test]
    fn known_sdks_have_a_name_and_a_class() {
        assert_eq!(read("web 1.418.10"), ("web", "1.418".to_owned()));
        assert_eq!(read("posthog-ios 3.69.3-beta.1"), ("posthog-ios", "3.69".to_owned()));
    }

    #[test]
    fn unknown_sdks_become_other() {
        for text in ["", "web ann@example.com", "web 4111.11111", "web 4111111.1", "web 1.", "web", "web ١.٢"]
        {
            assert_eq!(Sdk::read(text).version_class, OTHER, "{text}");
        }
        assert_eq!(read("ann@example.com 1.2"), ("other", "other".to_owned()));
    }
}
