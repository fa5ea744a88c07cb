//! The worked example of the README, run: its tables and sizes are what the code prints.

use crate::Deflater;
use crate::Revision;
use crate::TextEdit;
use crate::decode_table::DecodeTables;
use crate::sequence::SequenceReader;
use crate::tests::deflated;
use crate::tests::inflated;

const OLD: &str = r#"[{"name":"Ada","mail":"ada@example.com"},{"name":"Bob","mail":"bob@example.com"},{"name":"Cyd","mail":"cyd@example.com"}]"#;
const NEW: &str = r#"[{"name":"Ada","mail":"***************"},{"name":"Bob","mail":"***************"},{"name":"Cyd","mail":"***************"}]"#;

/// One line a sequence: where it starts, its literals, and its match with what it repeats.
fn table(stream: &[u8], text: &str) -> Vec<String> {
    let mut tables = DecodeTables::default();
    let mut reader = SequenceReader::new(stream, &mut tables);
    let mut at = 0;
    let mut lines = Vec::new();
    while let Some(sequence) = reader.next() {
        let literals_end = at + sequence.n_literals;
        let end = literals_end + sequence.match_len;
        let literals = text.get(at..literals_end).unwrap();
        let matched = if sequence.match_len > 0 {
            let repeated = text.get(literals_end..end).unwrap();
            let (len, distance) = (sequence.match_len, sequence.distance);
            format!("‹{len} bytes from {distance} back: {repeated}›")
        } else {
            String::new()
        };
        lines.push(format!("{at:>3}  {literals} {matched}").trim_end().to_owned());
        at = end;
    }
    assert!(reader.is_done() && at == text.len());
    lines
}

#[test]
fn the_readme_shows_what_the_code_does() {
    let stream = deflated(OLD.as_bytes(), 6);
    let edits =
        OLD.match_indices("@example.com").map(|(at, _)| TextEdit { range: at - 3..at + 12, new_len: 15 });
    let mut redeflated = Vec::new();
    let revision = Revision { old: OLD.as_bytes(), new: NEW.as_bytes(), edits };
    assert!(Deflater::default().redeflate(&stream, revision, &mut redeflated));
    assert_eq!(inflated(&redeflated, NEW.len()), NEW.as_bytes());
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    let sizes = format!(
        "{} bytes of text, {} of old stream, {} of new stream",
        NEW.len(),
        stream.len(),
        redeflated.len()
    );
    let all = [
        table(&stream, OLD).join("\n"),
        table(&redeflated, NEW).join("\n"),
        hex(redeflated.get(..16).unwrap()),
        sizes,
    ];
    let readme = include_str!("../README.md");
    for part in all {
        assert!(readme.contains(&part), "README.md must have:\n{part}");
    }
}
