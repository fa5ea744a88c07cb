//! Checksums and number plans of one country a file, named like its pack in `rules/identity/`.
//!
//! The build script declares the modules from the files in this folder.

include!(concat!(env!("OUT_DIR"), "/countries.rs"));
