//! Generalises a `User-Agent`, so that it does not identify a device.
//!
//! SDKs keep name and version, which the backend needs. Browsers become one of a small set of
//! family, major version and platform class, written as browsers write it, so that parsers still
//! read it. Anything else becomes one constant.

/// Replaces everything that is neither an SDK nor a browser.
const OTHER_AGENT: &str = "Mozilla/5.0 (compatible)";

/// Platform classes: the word that identifies one, and how it is written. The first match wins.
const PLATFORMS: &[(&str, &str)] = &[
    ("iPad", "iPad; CPU OS 17_0 like Mac OS X"),
    ("iPhone", "iPhone; CPU iPhone OS 17_0 like Mac OS X"),
    ("Android", "Linux; Android 10; K"),
    ("Windows", "Windows NT 10.0; Win64; x64"),
    ("CrOS", "X11; CrOS x86_64 14541.0.0"),
    ("Macintosh", "Macintosh; Intel Mac OS X 10_15_7"),
    ("Linux", "X11; Linux x86_64"),
];

/// Browser families: the product whose version counts, and the rest of the agent after the platform,
/// with `#` for the major version. The first match wins: most browsers also claim to be others.
const FAMILIES: &[(&str, &str)] = &[
    ("Edg/", "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36 Edg/#.0.0.0"),
    ("EdgA/", "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Mobile Safari/537.36 EdgA/#.0.0.0"),
    ("OPR/", "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36 OPR/#.0.0.0"),
    ("SamsungBrowser/", "AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/#.0 Mobile Safari/537.36"),
    ("FxiOS/", "AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/#.0 Mobile/15E148 Safari/605.1.15"),
    ("CriOS/", "AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/#.0.0.0 Mobile/15E148 Safari/604.1"),
    ("Firefox/", "Gecko/20100101 Firefox/#.0"),
    ("Chrome/", "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36"),
    ("Version/", "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/#.0 Safari/605.1.15"),
];

/// The agent, reduced to name and version or to its class.
pub(crate) fn generalised(agent: &str) -> String {
    sdk(agent).or_else(|| browser(agent)).unwrap_or_else(|| OTHER_AGENT.to_owned())
}

/// `posthog-…/1.2.3`, without what follows.
fn sdk(agent: &str) -> Option<String> {
    let (name, version) = agent.split(' ').next()?.split_once('/')?;
    let is_name = name.starts_with("posthog-")
        && name.len() <= 40
        && name.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'));
    let is_number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let numbers: Vec<&str> = version.split('.').take(3).take_while(|part| is_number(part)).collect();
    match (is_name, numbers.is_empty()) {
        (false, _) => None,
        (true, true) => Some(format!("{name}/0")),
        (true, false) => Some(format!("{name}/{}", numbers.join("."))),
    }
}

fn browser(agent: &str) -> Option<String> {
    let (_, platform) = PLATFORMS.iter().find(|(word, _)| agent.contains(word))?;
    let (major, rest) = FAMILIES.iter().find_map(|(product, rest)| {
        let (_, version) = agent.split_once(product)?;
        let major: String = version.chars().take_while(char::is_ascii_digit).collect();
        (1..=3).contains(&major.len()).then_some((major, rest))
    })?;
    let (platform, rest) = match *rest {
        // Firefox repeats its version next to the platform.
        rest if rest.starts_with("Gecko/") => (format!("{platform}; rv:{major}.0"), rest),
        rest => ((*platform).to_owned(), rest),
    };
    Some(format!("Mozilla/5.0 ({platform}) {}", rest.replace('#', &major)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sdks_keep_name_and_version() {
        assert_eq!(generalised("posthog-ios/3.69.3"), "posthog-ios/3.69.3");
        assert_eq!(generalised("posthog-android/3.20.1 (Ann's Pixel; 14)"), "posthog-android/3.20.1");
        assert_eq!(generalised("posthog-flutter/ann@example.com"), "posthog-flutter/0");
        assert_eq!(generalised("posthog-ann@example.com/1.0"), OTHER_AGENT);
    }

    #[test]
    fn browsers_become_their_class() {
        let cases = [
            (
                "Mozilla/5.0 (Windows NT 11.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.61 Safari/537.36",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SM-S911B Build/UP1A.231005.007) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.1.2 Mobile Safari/537.36",
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 Firefox/127.0.2",
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7; rv:127.0) Gecko/20100101 Firefox/127.0",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15",
            ),
        ];
        for (agent, expected) in cases {
            assert_eq!(generalised(agent), expected);
            assert_eq!(generalised(expected), expected);
        }
    }

    #[test]
    fn every_combination_of_the_tables_is_stable() {
        for (_, platform) in PLATFORMS {
            for (product, _) in FAMILIES {
                let agent = generalised(&format!("Mozilla/5.0 ({platform}; ann) x {product}99.1"));
                assert_eq!(generalised(&agent), agent);
                assert!(agent.contains(product) && agent.contains("99") && !agent.contains("ann"), "{agent}");
            }
        }
    }

    #[test]
    fn anything_else_becomes_the_constant() {
        for agent in [
            "",
            "agent/1",
            "Ann's browser",
            "Mozilla/5.0 (Windows NT 10.0)",
            "Chrome/1",
            "Linux Chrome/12345",
        ] {
            assert_eq!(generalised(agent), OTHER_AGENT);
        }
    }
}
