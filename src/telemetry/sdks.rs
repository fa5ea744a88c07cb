//! Bounds the number of SDK label values, because SDK names come from payloads.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use blackbar_core::report::Sdk;

/// Pairs of library and version with a label value of their own. All others share one.
const MAX_SDK_LABELS: usize = 200;

/// The SDKs that have a label value of their own.
#[derive(Default)]
pub(crate) struct SdkLabels {
    seen: Mutex<BTreeSet<Sdk>>,
}

impl SdkLabels {
    /// The SDK, or [`Sdk::other`] if there are too many.
    pub(crate) fn admit(&self, sdk: Sdk) -> Sdk {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.contains(&sdk) {
            return sdk;
        }
        if seen.len() >= MAX_SDK_LABELS {
            return Sdk::other();
        }
        seen.insert(sdk.clone());
        sdk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_the_number_of_sdk_label_values() {
        let sdks = SdkLabels::default();
        let nth = |n: usize| Sdk::read(&format!("web 1.{n}.0"));
        for n in 0..MAX_SDK_LABELS {
            assert_eq!(sdks.admit(nth(n)), nth(n));
        }
        assert_eq!(sdks.admit(nth(MAX_SDK_LABELS)), Sdk::other());
        assert_eq!(sdks.admit(nth(0)), nth(0));
    }
}
