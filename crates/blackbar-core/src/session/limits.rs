//! How large one window may grow.

/// Bounds of one window. A node that does not fit is unknown, and so treated strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WindowLimits {
    /// Nodes in one window.
    ///
    /// # Default
    /// 200,000
    pub max_nodes: u32,
    /// The highest id.
    ///
    /// # Default
    /// 4,194,304
    pub max_id: u32,
}

impl Default for WindowLimits {
    fn default() -> Self {
        Self { max_nodes: 200_000, max_id: 1 << 22 }
    }
}
