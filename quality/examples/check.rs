fn main() {
    match blackbar::detect::check::check(blackbar::rules::builtin_packs()) {
        Ok(report) => report.problems.iter().for_each(|p| println!("{p}")),
        Err(e) => println!("{e}"),
    }
}
