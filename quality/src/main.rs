//! What `quality/run` needs of the two engines that are written in Rust: it calls this program.
//!
//! Texts come and go as JSON lines; spans count code points, as Python does.

mod chance;
mod corpus;
mod datadog;
mod engine;
mod lines;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["blackbar", packs, from, to] => engine::run(packs, from, to),
        ["encoded", from, to] => engine::run_encoded(from, to),
        ["datadog", families, from, to] => datadog::run(families, from, to),
        ["judge", from, to] => datadog::judge(from, to),
        ["chance", n, to] => n.parse().map_err(Into::into).and_then(|n| chance::run(n, to)),
        ["corpus", folder, strings, to] => corpus::run(folder, strings, to),
        _ => Err("blackbar|encoded|datadog|judge|chance|corpus, and its files".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
