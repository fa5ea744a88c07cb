//! Finds the config objects in a script.
//!
//! Not a JavaScript parser: it knows the one assignment by which config has always been served,
//! `window._POSTHOG_REMOTE_CONFIG["token"] = {config: {…}, siteApps: […]}`. A config that is written in
//! another way is not found, which is an error to the caller.

use crate::redact::remote_config::unreadable::Unreadable;
use crate::text::span::Span;

const NAME: &str = "_POSTHOG_REMOTE_CONFIG";

/// Bytes of an expression that names the token.
const MAX_VARIABLE_BYTES: usize = 256;

/// The objects under `config` in an assignment; at least one.
pub(super) fn configs(text: &str) -> Result<Vec<Span>, Unreadable> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(NAME) {
        let mut cursor = Cursor { bytes: text.as_bytes(), at: at + NAME.len() };
        if cursor.is_assignment() {
            found.push(cursor.config()?);
        }
    }
    if found.is_empty() { Err(Unreadable) } else { Ok(found) }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    /// Whether `["token"] =` is here; the cursor is after it then.
    fn is_assignment(&mut self) -> bool {
        self.skip_space();
        if !self.take(b'[') {
            return false;
        }
        self.skip_space();
        let is_named = match self.peek() {
            Some(b'"' | b'\'') => self.string().is_ok(),
            Some(_) => self.variable(),
            None => false,
        };
        self.skip_space();
        if !is_named || !self.take(b']') {
            return false;
        }
        self.skip_space();
        self.take(b'=') && self.peek() != Some(b'=')
    }

    /// Goes to the end of the brackets around a variable.
    fn variable(&mut self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest.iter().take(MAX_VARIABLE_BYTES).position(|b| *b == b']');
        self.at += end.unwrap_or(0);
        end.is_some()
    }

    /// The object under `config`, in the object that begins here.
    fn config(&mut self) -> Result<Span, Unreadable> {
        self.skip_space();
        if !self.take(b'{') {
            return Err(Unreadable);
        }
        loop {
            self.skip_space();
            let is_config = self.key()? == b"config";
            self.skip_space();
            if !self.take(b':') {
                return Err(Unreadable);
            }
            self.skip_space();
            if is_config {
                return self.json_object();
            }
            self.skip_value()?;
            self.skip_space();
            if !self.take(b',') {
                return Err(Unreadable);
            }
        }
    }

    /// A key, quoted or not; one with an escape is not `config`.
    fn key(&mut self) -> Result<&[u8], Unreadable> {
        if let Some(b'"' | b'\'') = self.peek() {
            return self.string();
        }
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'$') {
            self.at += 1;
        }
        self.bytes.get(start..self.at).filter(|key| !key.is_empty()).ok_or(Unreadable)
    }

    /// The content of the string that begins here.
    fn string(&mut self) -> Result<&[u8], Unreadable> {
        let quote = self.peek().ok_or(Unreadable)?;
        let start = self.at + 1;
        self.at = start;
        loop {
            match self.peek().ok_or(Unreadable)? {
                b'\\' => self.at += 2,
                b'$' if quote == b'`' && self.bytes.get(self.at + 1) == Some(&b'{') => {
                    return Err(Unreadable);
                }
                b if b == quote => {
                    let end = self.at;
                    self.at += 1;
                    return self.bytes.get(start..end).ok_or(Unreadable);
                }
                _ => self.at += 1,
            }
        }
    }

    /// The object that begins here, as far as its braces balance.
    fn json_object(&mut self) -> Result<Span, Unreadable> {
        let start = self.at;
        if self.peek() != Some(b'{') {
            return Err(Unreadable);
        }
        let mut depth = 0usize;
        loop {
            match self.peek().ok_or(Unreadable)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(Span::new(start, self.at));
            }
        }
    }

    /// Skips a value of any kind. A slash may begin a regular expression or divide, and this parser
    /// cannot distinguish the two, so no value before the config may have one.
    fn skip_value(&mut self) -> Result<(), Unreadable> {
        let mut depth = 0usize;
        loop {
            match self.peek().ok_or(Unreadable)? {
                b'"' | b'\'' | b'`' => {
                    self.string()?;
                    continue;
                }
                b'/' if self.comment() => continue,
                b'/' => return Err(Unreadable),
                b',' | b'}' if depth == 0 => return Ok(()),
                b'{' | b'[' | b'(' => depth += 1,
                b'}' | b']' | b')' => depth = depth.checked_sub(1).ok_or(Unreadable)?,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Skips whitespace and comments.
    fn skip_space(&mut self) {
        loop {
            let is_space = self.peek().is_some_and(|b| b.is_ascii_whitespace());
            self.at += usize::from(is_space);
            if !is_space && !self.comment() {
                return;
            }
        }
    }

    /// Skips a comment, if one begins here.
    fn comment(&mut self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let len = if rest.starts_with(b"//") {
            memchr::memchr(b'\n', rest).unwrap_or(rest.len())
        } else if rest.starts_with(b"/*") {
            memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2)
        } else {
            return false;
        };
        self.at += len;
        true
    }

    fn take(&mut self, want: u8) -> bool {
        let is_there = self.peek() == Some(want);
        self.at += usize::from(is_there);
        is_there
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Result<Vec<&str>, Unreadable> {
        Ok(configs(text)?.into_iter().map(|span| span.of(text)).collect())
    }

    #[test]
    fn finds_the_config_however_it_is_spaced_and_quoted() {
        let cases = [
            (r#"w._POSTHOG_REMOTE_CONFIG["t"]={"config":{"a":[1]},"siteApps":[]};"#, r#"{"a":[1]}"#),
            ("w._POSTHOG_REMOTE_CONFIG [ 't]' ] = /* x */ { // y\n config : {} }", "{}"),
            (r#"w._POSTHOG_REMOTE_CONFIG[t]={siteApps:[f("{",'}',`{`)],config:{"b":"}"}}"#, r#"{"b":"}"}"#),
        ];
        for (text, expected) in cases {
            assert_eq!(found(text), Ok(vec![expected]), "{text}");
        }
    }

    #[test]
    fn passes_over_what_only_reads_it() {
        let reads = "x=w._POSTHOG_REMOTE_CONFIG[t]==={};y=(w._POSTHOG_REMOTE_CONFIG||{})[t];";
        assert_eq!(found(reads), Err(Unreadable));
        let both = format!("{reads}w._POSTHOG_REMOTE_CONFIG['t']={{config:{{}}}}");
        assert_eq!(found(&both), Ok(vec!["{}"]));
    }

    #[test]
    fn does_not_guess() {
        let cases = [
            "",
            "w._POSTHOG_REMOTE_CONFIG['t']=JSON.parse('{}')",
            "w._POSTHOG_REMOTE_CONFIG['t']={config:make()}",
            "w._POSTHOG_REMOTE_CONFIG['t']={config:{",
            "w._POSTHOG_REMOTE_CONFIG['t']={siteApps:[]}",
            "w._POSTHOG_REMOTE_CONFIG['t']={siteApps:[/}/],config:{}}",
            "w._POSTHOG_REMOTE_CONFIG['t']={siteApps:[`${x}`],config:{}}",
            "w._POSTHOG_REMOTE_CONFIG['t",
        ];
        for text in cases {
            assert_eq!(found(text), Err(Unreadable), "{text}");
        }
    }
}
