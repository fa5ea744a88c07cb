//! The proxy under load: what is in front, what is behind, who sends, and who counts.

pub mod client;
pub mod process;
pub mod servers;
pub mod setup;
