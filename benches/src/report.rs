//! Results as Markdown on the standard output, and as JSON in a file.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::Error;
use crate::rounds::Times;

/// All that a bench has to say.
#[derive(Serialize)]
pub struct Report {
    bench: String,
    about: Vec<String>,
    tables: Vec<Table>,
    gates: Vec<Gate>,
}

#[derive(Serialize)]
struct Table {
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A figure that must not pass a bound.
#[derive(Serialize)]
struct Gate {
    what: String,
    value: f64,
    bound: Bound,
    holds: bool,
}

/// What a figure must not pass.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// It may be that much.
    AtMost(f64),
    /// It must be that much.
    AtLeast(f64),
}

impl Report {
    /// The report of the bench of that name.
    pub fn new(bench: &str) -> Self {
        Self { bench: bench.to_owned(), about: Vec::new(), tables: Vec::new(), gates: Vec::new() }
    }

    /// Says what was measured, and how.
    pub fn about(&mut self, line: impl Into<String>) {
        self.about.push(line.into());
    }

    /// Adds a table.
    pub fn table(&mut self, title: &str, head: &[&str], rows: Vec<Vec<String>>) {
        let head = head.iter().map(|&cell| cell.to_owned()).collect();
        self.tables.push(Table { title: title.to_owned(), head, rows });
    }

    /// Adds a figure that has a bound.
    pub fn gate(&mut self, what: impl Into<String>, value: f64, bound: Bound) {
        let holds = match bound {
            Bound::AtMost(most) => value <= most,
            Bound::AtLeast(least) => value >= least,
        };
        self.gates.push(Gate { what: what.into(), value, bound, holds });
    }

    /// Prints it, and writes it as JSON to `NAME.json` in `folder`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn give(&self, folder: &Path) -> Result<(), Error> {
        println!("{}", self.markdown());
        fs::create_dir_all(folder)?;
        fs::write(folder.join(format!("{}.json", self.bench)), serde_json::to_vec_pretty(self)?)?;
        Ok(())
    }

    fn markdown(&self) -> String {
        let mut out = format!("## {}\n", self.bench);
        for line in &self.about {
            let _ = write!(out, "\n{line}");
        }
        for Table { title, head, rows } in &self.tables {
            let _ = write!(out, "\n\n### {title}\n\n");
            lines(&mut out, head, rows);
        }
        if !self.gates.is_empty() {
            out.push_str("\n\n### Targets\n\n");
            let rows: Vec<Vec<String>> = self.gates.iter().map(Gate::row).collect();
            lines(&mut out, &["what", "is", "must be", ""].map(str::to_owned), &rows);
        }
        out
    }
}

impl Gate {
    fn row(&self) -> Vec<String> {
        let bound = match self.bound {
            Bound::AtMost(most) => format!("≤ {most}"),
            Bound::AtLeast(least) => format!("≥ {least}"),
        };
        let verdict = if self.holds { "holds" } else { "**missed**" };
        vec![self.what.clone(), format!("{:.3}", self.value), bound, verdict.to_owned()]
    }
}

fn lines(out: &mut String, head: &[String], rows: &[Vec<String>]) {
    let _ = writeln!(out, "| {} |\n|{}", head.join(" | "), " --- |".repeat(head.len()));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out.truncate(out.trim_end().len());
}

/// A row of times: name, median, spread, megabytes a second, microseconds a piece.
pub fn row(times: &Times, bytes: usize, pieces: usize) -> Vec<String> {
    let (fastest, slowest) = times.spread();
    vec![
        times.name.clone(),
        format!("{:.1}", times.ms()),
        format!("{fastest:.1}–{slowest:.1}"),
        format!("{:.0}", times.mb_s(bytes)),
        format!("{:.1}", times.ms() * 1e3 / pieces as f64),
    ]
}

/// What stands above such rows.
pub const HEAD: [&str; 5] = ["", "CPU ms", "fastest–slowest", "MB/s", "µs each"];
