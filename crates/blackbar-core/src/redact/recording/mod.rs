//! What walks a recording: envelope, events, nodes, values.

pub(crate) mod attribute;
pub(crate) mod call;
pub(crate) mod dom;
pub(crate) mod element;
pub(crate) mod envelope;
pub(crate) mod packed;
pub mod page;
pub(crate) mod person;
pub(crate) mod snapshot;
pub(crate) mod typing;
pub(crate) mod wireframe;
