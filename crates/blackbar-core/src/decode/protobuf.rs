//! Tests whether bytes could be read as protobuf, which collectors try before JSON.
//!
//! Knows the wire format, no message type. **Invariant:** it accepts whatever some decoder accepts. The
//! caller refuses such a body, so that no decoder can read another message than the JSON that was redacted.

/// Whether `bytes` are complete fields and nothing else.
pub(crate) fn is_wire_format(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut open: Vec<u64> = Vec::new();
    while !rest.is_empty() {
        let Some(key) = varint(&mut rest) else { return false };
        let field = key >> 3;
        let is_read = field != 0
            && match key & 7 {
                0 => varint(&mut rest).is_some(),
                1 => skip(&mut rest, 8),
                2 => varint(&mut rest).is_some_and(|len| skip(&mut rest, len)),
                3 => {
                    open.push(field);
                    true
                }
                4 => open.pop() == Some(field),
                5 => skip(&mut rest, 4),
                _ => false,
            };
        if !is_read {
            return false;
        }
    }
    open.is_empty()
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let (&byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn skip(rest: &mut &[u8], len: u64) -> bool {
    let tail = usize::try_from(len).ok().and_then(|len| rest.get(len..));
    *rest = tail.unwrap_or_default();
    tail.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_messages_from_json() {
        // Field 1, a message with field 1, a text.
        assert!(is_wire_format(b"\x0a\x04\x0a\x02hi"));
        assert!(is_wire_format(b"\x08\x96\x01"));
        assert!(!is_wire_format(b"\x0a\x7fhi"));
        for json in [r#"{"resourceLogs":[]}"#, r#"{"resourceSpans":[{"a":"b"}]}"#, "[{}]", "{\n \"a\": 1\n}"]
        {
            assert!(!is_wire_format(json.as_bytes()), "{json}");
        }
    }

    #[test]
    fn recognizes_json_that_is_also_a_message() {
        // A brace opens a group and a bar ends it; the bytes between read as unknown fields.
        let filler = " ".repeat(0x61 - 3);
        let text = format!("{{\"a\":\"{filler}|\"}}");
        let bytes = text.as_bytes();
        let ends_at = bytes.iter().position(|&b| b == b'|').unwrap();
        assert_eq!(ends_at, 3 + 0x61 - 3 + 3);
        assert!(is_wire_format(&bytes[..=ends_at]));
    }
}
