//! The packs that come with the program, as text.

use crate::rules::PackSource;

macro_rules! packs {
    ($($file:literal),* $(,)?) => {
        &[$(PackSource { name: concat!("rules/", $file), text: include_str!(concat!("../../rules/", $file)) }),*]
    };
}

/// The packs that come with the program.
pub fn builtin_packs() -> &'static [PackSource<'static>] {
    packs![
        "contact.toml",
        "payment.toml",
        "credentials.toml",
        "network.toml",
        "personal.toml",
        "identity-us.toml",
        "identity-eu.toml",
        "identity-world.toml",
        "health.toml"
    ]
}
