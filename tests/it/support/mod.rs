//! What the topics share.

pub mod decoded;
