//! What Blackbar costs, beside what others cost: the parts that the benches share.
//!
//! All times are CPU time of one thread, so that neighbours on the machine count for little; all
//! comparisons are of rounds that took turns within one process.

pub mod clock;
pub mod corpus;
#[cfg(feature = "datadog")]
pub mod datadog;
pub mod floor;
pub mod grow;
pub mod heap;
pub mod load;
pub mod options;
pub mod packed;
pub mod peer;
pub mod product;
pub mod report;
pub mod rounds;
pub mod strings;

/// Whatever goes wrong ends a bench.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
