//! `[sdk]`: how remote config is changed so that SDKs mask at the source.

use std::sync::Arc;

use blackbar_core::policy::{Selectors, Treatment};
use blackbar_core::remote_config::Hardening;
use serde::Deserialize;

use crate::config::checker::Checker;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawSdk {
    enforce_masking: bool,
    mask_text_selector: Option<String>,
    block_selector: Option<String>,
}

/// Reads how remote config is hardened; `None` if it is relayed unchanged.
pub(crate) fn check(checker: &mut Checker<'_>) -> Option<Arc<Hardening>> {
    let raw: RawSdk = checker.section("sdk");
    for (key, css) in
        [("mask_text_selector", &raw.mask_text_selector), ("block_selector", &raw.block_selector)]
    {
        let Some(css) = css else { continue };
        let key = format!("sdk.{key}");
        check_selector(checker, &key, css);
        if !raw.enforce_masking {
            checker.warn(&key, "has no effect without enforce_masking = true");
        }
    }
    raw.enforce_masking.then(|| {
        Arc::new(Hardening {
            mask_text_selector: raw.mask_text_selector.unwrap_or_else(|| "*".to_owned()),
            block_selector: raw.block_selector,
        })
    })
}

/// Browsers support more selectors than a recording can evaluate, so only empty and malformed ones are
/// problems.
fn check_selector(checker: &mut Checker<'_>, key: &str, css: &str) {
    if let Err(error) = Selectors::parse([(css, Treatment::Mask)])
        && error.is_malformed()
    {
        checker.problem(key, format!("{css:?}: {}; write one such as \".private\"", error.reason()));
    }
}
