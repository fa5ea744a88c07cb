//! JSON text to an index of spans: the position and kind of every value.
//!
//! Changes no byte and builds no tree of owned strings.
//!
//! **Invariant:** nothing depends on the order of keys, and a key that decides the meaning of an
//! object is an error if the object has it twice.
//!
//! The modules are declared in the order in which they may use each other.

pub(crate) mod known_key;

pub(crate) mod json;

pub(crate) mod value;
