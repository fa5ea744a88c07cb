//! How far packed fields of one body may inflate, all of them together.

use crate::decode::codec::Bound;
use crate::decode::codec::CodecError;
use crate::decode::codec::Codecs;
use crate::redact::policy::Limits;

/// The budget of one body.
pub(crate) struct InflationBudget {
    n_bytes_left: usize,
    /// Whether a packed field was larger than the rest of the budget, or than one field may be.
    pub(crate) is_exceeded: bool,
}

impl InflationBudget {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { n_bytes_left: limits.cv_total, is_exceeded: false }
    }

    /// Inflates gzip bytes. `None` if they are not gzip, or inflate past a limit.
    pub(crate) fn inflate(
        &mut self,
        codecs: &mut Codecs,
        limits: &Limits,
        zipped: &[u8],
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let bound = Bound { bytes: limits.cv_field.min(self.n_bytes_left), ratio: limits.ratio };
        match codecs.gunzip(zipped, bound, out) {
            Ok(()) => {}
            Err(CodecError::TooLarge) => {
                self.is_exceeded = true;
                return None;
            }
            Err(_) => return None,
        }
        self.n_bytes_left = self.n_bytes_left.saturating_sub(out.len());
        Some(())
    }
}
