//! How many SDKs counters tell apart: their names come from payloads, so their number is bounded.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use blackbar_core::redact::sdk::Sdk;

/// Pairs of library and version that are told apart; all further ones are counted together.
const MOST: usize = 200;

/// The SDKs that counters have told apart so far.
#[derive(Default)]
pub(crate) struct Sdks {
    seen: Mutex<BTreeSet<Sdk>>,
}

impl Sdks {
    /// The SDK under the name by which it is counted.
    pub(crate) fn admit(&self, sdk: Sdk) -> Sdk {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.contains(&sdk) {
            return sdk;
        }
        if seen.len() >= MOST {
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
    fn tells_only_so_many_apart() {
        let sdks = Sdks::default();
        let nth = |n: usize| Sdk::read(&format!("web 1.{n}.0"));
        for n in 0..MOST {
            assert_eq!(sdks.admit(nth(n)), nth(n));
        }
        assert_eq!(sdks.admit(nth(MOST)), Sdk::other());
        assert_eq!(sdks.admit(nth(0)), nth(0));
    }
}
