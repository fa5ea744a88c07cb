//! E-mail address, not a high-density image (`logo@2x.png`) or a package with its version.

/// Last labels that are file extensions and not top-level domains.
const FILES: [&str; 32] = [
    "asp", "aspx", "avif", "bmp", "cjs", "css", "csv", "gif", "gz", "htm", "html", "ico", "jpeg", "jpg",
    "js", "json", "jsx", "map", "mjs", "mp3", "pdf", "php", "png", "scss", "svg", "ts", "tsx", "txt", "webm",
    "webp", "woff", "xml",
];

/// `email`: E-mail address, not a high-density image (`logo@2x.png`) or a package with its version.
pub(super) fn is_valid(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return is_encoded(text) };
    let last = domain.rsplit_once('.').map_or(domain, |(_, last)| last);
    let is_numbered =
        last.bytes().any(|byte| byte.is_ascii_digit()) && !last.to_ascii_lowercase().starts_with("xn--");
    let is_dotted_well = !domain.contains("..") && !domain.starts_with(['.', '-']);
    // `git@host` is how everyone logs in to a Git server.
    !local.is_empty()
        && local != "git"
        && is_dotted_well
        && !is_numbered
        && !FILES.iter().any(|file| file.eq_ignore_ascii_case(last))
}

/// `jane%40example.test`: the sign is percent-encoded.
fn is_encoded(text: &str) -> bool {
    text.rsplit_once("%40").is_some_and(|(local, domain)| is_valid(&[local, domain].join("@")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_no_addresses() {
        assert!(is_valid("a@b.test") && is_valid("a@b.js.org"));
        assert!(!is_valid("a@v2.woff2") && !is_valid("logo@2x.png") && !is_valid("vue@3.4.min.js"));
        assert!(!is_valid("git@code.x.test") && is_valid("digit@x.test"));
    }

    #[test]
    fn the_list_is_sorted() {
        assert!(FILES.is_sorted());
    }
}
