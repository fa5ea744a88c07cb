//! The texts of a corpus: every string value of its replay bodies, packed fields opened.

use serde_json::Value;

use crate::Error;
use crate::corpus::Body;
use crate::packed;

/// All of them that are not empty, in order.
///
/// # Errors
/// A body is not JSON in gzip.
pub fn all(bodies: &[Body]) -> Result<Vec<String>, Error> {
    let mut strings = Vec::new();
    for body in bodies.iter().filter(|body| body.is_replay()) {
        gather(serde_json::from_slice(&packed::gunzip(&body.bytes)?)?, &mut strings)?;
    }
    Ok(strings)
}

fn gather(value: Value, strings: &mut Vec<String>) -> Result<(), Error> {
    match value {
        Value::String(text) if text.starts_with("\u{1f}\u{8b}") => {
            let bytes: Vec<u8> = text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect();
            gather(serde_json::from_slice(&packed::gunzip(&bytes)?)?, strings)?;
        }
        Value::String(text) if !text.is_empty() => strings.push(text),
        Value::Array(items) => {
            for item in items {
                gather(item, strings)?;
            }
        }
        Value::Object(members) => {
            for (_, member) in members {
                gather(member, strings)?;
            }
        }
        _ => {}
    }
    Ok(())
}
