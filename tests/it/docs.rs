//! Runs the console blocks of README.md and docs/*.md, and compares what they show with what happens.
//!
//! - Each page has a directory of its own, in which its commands run by `bash`, in the order of the page.
//!   `blackbar` and `cargo run --release --` are the binary of this build.
//! - A TOML block whose paragraph ends in "`FILE`:" is written to that file; with "add" in the paragraph
//!   it is appended. Files that a page needs and does not show are in `tests/data/docs/PAGE/`.
//! - `/etc/blackbar` and `/var/lib/blackbar` are folders of the same directory, the region's host is a
//!   recording upstream, ports 8000 and 8001 are the ports that the server of the page listens on.
//! - `blackbar serve` runs until the end of the page, and must then drain and exit with 0. `demo` gets
//!   `--once`.
//! - `...` or `…` as a line matches any lines, `[..]` or `…` in a line for any text. Hashes,
//!   pseudonyms and durations are not compared. Without shown output a command must only succeed.
//! - A block after `<!-- not run: REASON -->` is left out.
//!
//! `DOCS=overwrite cargo nextest run docs::` writes what the commands print into the pages, and keeps what
//! was elided elided where the lines around it are still printed.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use regex::{Captures, Regex};
use tempfile::TempDir;

use crate::support::served::Served;
use crate::support::sources::{files_below, root};
use crate::support::upstream::Upstream;

/// How long a command may take until it prints what the page shows: what a server does after its reply
/// (records, metrics) takes a moment.
const PATIENCE: Duration = Duration::from_secs(10);

const HOST: &str = "https://eu.i.posthog.com";
const ASSETS_HOST: &str = "https://eu-assets.i.posthog.com";

#[tokio::test]
async fn console_blocks_of_the_readme_show_the_real_output() {
    check(&[root().join("README.md")]).await;
}

#[tokio::test]
async fn console_blocks_of_the_docs_show_the_real_output() {
    check(&files_below(&root().join("docs"), &["md"])).await;
}

async fn check(files: &[PathBuf]) {
    let upstream = Upstream::start().await;
    let mut problems = Vec::new();
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let (file, url) = (file.clone(), upstream.url());
        // The upstream must go on answering while commands are waited for.
        let ran = tokio::task::spawn_blocking(move || Page::run(&file, &text, &url)).await.unwrap();
        problems.extend(ran);
    }
    assert!(problems.is_empty(), "{}\nDOCS=overwrite writes what is printed", problems.join("\n"));
}

/// A page while its blocks are run.
struct Page {
    dir: TempDir,
    upstream: String,
    server: Option<Server>,
}

struct Server {
    served: Served,
    sdk: String,
    admin: String,
}

impl Page {
    /// Runs all blocks; gives what is not as shown.
    fn run(file: &Path, text: &str, upstream: &str) -> Vec<String> {
        let mut page =
            Self { dir: tempfile::tempdir().unwrap(), upstream: upstream.to_owned(), server: None };
        let stem = file.file_stem().unwrap().to_str().unwrap();
        page.prepare(&root().join("tests/data/docs").join(stem));
        let (mut problems, mut written) = (Vec::new(), String::new());
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => written.push_str(text),
                Piece::File { name, is_added, content, text } => {
                    page.write(name, is_added, content);
                    written.push_str(text);
                }
                Piece::Command { text, command, shown } => {
                    let printed = page.execute(&command, shown);
                    if fits(shown, &printed) {
                        written.push_str(text);
                        written.push_str(shown);
                    } else {
                        problems.push(format!("{stem}: $ {command}\nshown:\n{shown}printed:\n{printed}"));
                        let _ = write!(written, "{text}{}", elided(shown, &printed));
                    }
                }
            }
        }
        if let Some(server) = page.server {
            let (code, log) = server.served.end();
            assert_eq!(code, Some(0), "{log}");
        }
        if std::env::var_os("DOCS").is_some_and(|value| value == "overwrite") {
            fs::write(file, written).unwrap();
            problems.clear();
        }
        problems
    }

    fn work(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    fn bin(&self) -> PathBuf {
        self.dir.path().join("bin")
    }

    fn prepare(&self, files: &Path) {
        fs::create_dir_all(self.work()).unwrap();
        fs::create_dir_all(self.bin()).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_blackbar"), self.bin().join("blackbar")).unwrap();
        if files.is_dir() {
            for file in files_below(files, &["toml", "json", "jsonl"]) {
                let name = file.strip_prefix(files).unwrap().to_str().unwrap();
                self.write(name, false, &fs::read_to_string(&file).unwrap());
            }
        }
    }

    fn write(&self, name: &str, is_added: bool, content: &str) {
        let file = self.work().join(self.inside(name));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let mut content = self.inside(content);
        if is_added {
            content = format!("{}\n{content}", fs::read_to_string(&file).unwrap());
        }
        fs::write(file, content).unwrap();
    }

    /// A text of the page with the paths, hosts and ports of this run.
    fn inside(&self, text: &str) -> String {
        let dir = self.dir.path().display();
        let mut text = text
            .replace("/etc/blackbar", &format!("{dir}/etc/blackbar"))
            .replace("/var/lib/blackbar", &format!("{dir}/var/lib/blackbar"))
            .replace(HOST, &self.upstream)
            .replace(ASSETS_HOST, &self.upstream);
        if let Some(server) = &self.server {
            text = text.replace("127.0.0.1:8000", &server.sdk).replace("127.0.0.1:8001", &server.admin);
        }
        text
    }

    /// What was printed, as the page would show it.
    fn outside(&self, text: &str) -> String {
        let dir = self.dir.path().display().to_string();
        let mut text = text.replace(&format!("{dir}/work/"), "").replace(&dir, "");
        text = text.replace(&self.upstream, HOST);
        if let Some(server) = &self.server {
            text = text.replace(&server.sdk, "127.0.0.1:8000").replace(&server.admin, "127.0.0.1:8001");
        }
        text
    }

    /// Runs a command until it prints what is shown, or for the last time.
    fn execute(&mut self, command: &str, shown: &str) -> String {
        let command = command.replace("cargo run --release --", "blackbar");
        if let Some(file) = command.strip_prefix("blackbar serve --config ") {
            self.serve(file);
            return String::new();
        }
        let is_demo = command.starts_with("blackbar demo");
        let command =
            if is_demo && !command.contains("--once") { format!("{command} --once") } else { command };
        let command = self.inside(&command);
        let begun = Instant::now();
        loop {
            let output = Command::new("timeout")
                .args(["60", "bash", "-c", &format!("exec 2>&1; {command}")])
                .current_dir(self.work())
                .env("PATH", format!("{}:{}", self.bin().display(), std::env::var("PATH").unwrap()))
                .stdin(Stdio::null())
                .output()
                .unwrap();
            if command.contains("kill -HUP") {
                let line = self.server.as_mut().unwrap().served.wait_for("reloaded");
                assert!(!line.contains("not reloaded"), "{line}");
            }
            let mut printed = self.outside(&String::from_utf8(output.stdout).unwrap());
            if !printed.is_empty() && !printed.ends_with('\n') {
                printed.push('\n');
            }
            assert!(!shown.is_empty() || output.status.success(), "$ {command}\n{printed}{}", output.status);
            if self.server.is_none() || fits(shown, &printed) || begun.elapsed() > PATIENCE {
                return printed;
            }
        }
    }

    /// Starts the server of the page, on free ports.
    fn serve(&mut self, file: &str) {
        let file = self.work().join(file);
        let shown = fs::read_to_string(&file).unwrap();
        let free = "[listen]\naddress = \"127.0.0.1:0\"\n[admin]\naddress = \"127.0.0.1:0\"\n";
        fs::write(&file, format!("{shown}\n{free}")).unwrap();
        let mut served = Served::start(&file);
        let line = served.wait_for("listening");
        let address = |name: &str| {
            let field = Regex::new(&format!(r#"\b{name}"?[=:]"?([\d.]+:\d+)"#)).unwrap();
            field.captures(&line).unwrap_or_else(|| panic!("no {name} in {line}"))[1].to_owned()
        };
        let (sdk, admin) = (address("sdk"), address("admin"));
        let pidof = self.bin().join("pidof");
        fs::write(&pidof, format!("#!/bin/sh\necho {}\n", served.id())).unwrap();
        fs::set_permissions(&pidof, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        self.server = Some(Server { served, sdk, admin });
    }
}

/// What a page is made of. The texts put together are the page again.
enum Piece<'a> {
    Text(&'a str),
    /// A block that is a file.
    File {
        name: &'a str,
        is_added: bool,
        content: &'a str,
        text: &'a str,
    },
    /// A command as it is shown, the command itself, and the lines that are shown after it.
    Command {
        text: &'a str,
        command: String,
        shown: &'a str,
    },
}

fn pieces(page: &str) -> Vec<Piece<'_>> {
    static FILE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"`([\w./-]+\.(?:toml|json))`[^`]*:$").unwrap());
    static BLOCK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?ms)^(?:([^\n]*)\n\n?)?```(console|toml|json)\n(.*?)^```$").unwrap());
    static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^\$ ((?:[^\n]*\\\n)*[^\n]*\n)((?:(?:[^$\n]|\$[^ ])[^\n]*\n|\n)*)").unwrap()
    });
    let mut pieces = Vec::new();
    let mut at = 0;
    for block in BLOCK.captures_iter(page) {
        let before = block.get(1).map_or("", |line| line.as_str());
        let inside = block.get(3).unwrap();
        let whole = &page[at..block.get(0).unwrap().end()];
        if before.starts_with("<!-- not run: ") {
            pieces.push(Piece::Text(whole));
        } else if &block[2] == "console" {
            pieces.push(Piece::Text(&page[at..inside.start()]));
            let mut shown_to = inside.start();
            for command in COMMAND.captures_iter(inside.as_str()) {
                let (line, shown) = (command.get(1).unwrap(), command.get(2).unwrap());
                let range = |from: usize, to: usize| &page[inside.start() + from..inside.start() + to];
                pieces.push(Piece::Command {
                    text: range(command.get(0).unwrap().start(), line.end()),
                    command: line.as_str().replace("\\\n", " ").trim().to_owned(),
                    shown: range(shown.start(), shown.end()),
                });
                shown_to = inside.start() + shown.end();
            }
            pieces.push(Piece::Text(&page[shown_to..block.get(0).unwrap().end()]));
        } else if let Some(name) = FILE.captures(before) {
            pieces.push(Piece::File {
                name: name.get(1).unwrap().as_str(),
                is_added: before.to_lowercase().contains("add"),
                content: inside.as_str(),
                text: whole,
            });
        } else {
            pieces.push(Piece::Text(whole));
        }
        at = block.get(0).unwrap().end();
    }
    pieces.push(Piece::Text(&page[at..]));
    pieces
}

/// Whether what was printed is what is shown.
fn fits(shown: &str, printed: &str) -> bool {
    if shown.is_empty() {
        return true;
    }
    let mut pattern = String::from("^");
    for line in comparable(shown).lines() {
        if is_elision(line) {
            pattern.push_str("(?:.*\n)*?");
        } else {
            let parts = line.replace("[..]", "…");
            let parts: Vec<String> = parts.split('…').map(regex::escape).collect();
            let _ = writeln!(pattern, "{}", parts.join(".*"));
        }
    }
    Regex::new(&format!("{pattern}$")).unwrap().is_match(&comparable(printed))
}

static HASH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b(?:[0-9a-f]{64}\b|[0-9a-f]{8}…)").unwrap());

/// Without what differs from run to run.
fn comparable(text: &str) -> String {
    static DURATION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d+(?:\.\d+)? m?s\b").unwrap());
    static PSEUDONYM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\banon_[a-z]{20}\b").unwrap());
    let text = HASH.replace_all(text, "HASH");
    let text = PSEUDONYM.replace_all(&text, "PSEUDONYM");
    DURATION.replace_all(&text, "DURATION").into_owned()
}

fn is_elision(line: &str) -> bool {
    matches!(line.trim(), "..." | "…")
}

/// What was printed, as it is written into a page: in the parts that were shown, in their spelling.
fn elided(shown: &str, printed: &str) -> String {
    let lines: Vec<&str> = printed.lines().collect();
    let position = |line: &str, from: usize| {
        lines
            .iter()
            .skip(from)
            .position(|printed| fits(&format!("{line}\n"), &format!("{printed}\n")))
            .map(|at| from + at)
    };
    let shown: Vec<&str> = shown.lines().collect();
    let mut parts = Vec::new();
    let mut from = 0;
    for part in shown.split(|line| is_elision(line)).filter(|part| !part.is_empty()) {
        let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
        let Some(start) = position(first, from) else { return shortened(printed) };
        let Some(end) = position(last, start) else { return shortened(printed) };
        parts.push(start..end + 1);
        from = end + 1;
    }
    let mut out = String::new();
    let mut at = 0;
    for part in parts {
        if part.start > at {
            out.push_str("…\n");
        }
        at = part.end;
        for line in &lines[part] {
            let as_before = shown
                .iter()
                .find(|shown| !is_elision(shown) && fits(&format!("{shown}\n"), &format!("{line}\n")));
            out.push_str(as_before.unwrap_or(line));
            out.push('\n');
        }
    }
    if at < lines.len() {
        out.push_str("…\n");
    }
    shortened(&out)
}

fn shortened(text: &str) -> String {
    HASH.replace_all(text, |hash: &Captures<'_>| format!("{}…", &hash[0][..8])).into_owned()
}

#[test]
fn pages_are_taken_apart_and_lines_are_compared() {
    let page = "Text.\n\nIn `a.toml`:\n\n```toml\nx = 1\n```\n\nAdd to `a.toml`:\n\n```toml\ny = 2\n```\n\n```console\n$ one \\\n  two\nout …\n$ three\n```\n\n<!-- not run: needs a cluster -->\n```console\n$ no\n```\n";
    let pieces = pieces(page);
    let files = pieces.iter().filter_map(|piece| match piece {
        Piece::File { name, is_added, content, .. } => Some((*name, *is_added, *content)),
        _ => None,
    });
    assert_eq!(files.collect::<Vec<_>>(), [("a.toml", false, "x = 1\n"), ("a.toml", true, "y = 2\n")]);
    let commands = pieces.iter().filter_map(|piece| match piece {
        Piece::Command { command, shown, .. } => Some((command.as_str(), *shown)),
        _ => None,
    });
    assert_eq!(commands.collect::<Vec<_>>(), [("one    two", "out …\n"), ("three", "")]);
    let whole: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) | Piece::File { text, .. } => (*text).to_owned(),
            Piece::Command { text, shown, .. } => format!("{text}{shown}"),
        })
        .collect();
    assert_eq!(whole, page);
    assert!(fits("…\nok: [..] rules, 1.5 s\n", "first\nsecond\nok: 12 rules, 0.21 s\n"));
    assert!(!fits("ok\n", "ok\nmore\n") && fits("", "anything\n") && fits("…\n", "anything\n"));
    assert!(fits("policy 01234567…\n", &format!("policy {}\n", "89abcdef".repeat(8))));
    assert_eq!(elided("…\nb … 1\nold\nd\n…\n", "a\nb x 1\nnew\nd\ne\n"), "…\nb … 1\nnew\nd\n…\n");
}
