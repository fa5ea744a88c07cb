//! The built-in packs pass their own examples, and leave lookalikes alone.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use blackbar_core::inspect::check;
use blackbar_core::internals::{KeywordContext, ScanBuffers, Scanner};
use blackbar_core::rules::{Action, Override, PackSource, RuleSet, Selection, builtin_packs};
use regex::Regex;

use crate::support::sources::{files_below, root};

#[expect(clippy::unwrap_used, reason = "a test helper")]
fn scanner() -> Scanner {
    let rules = RuleSet::build(builtin_packs(), &[], &Selection::all()).unwrap();
    Scanner::new(Arc::new(rules))
}

/// The text with every finding between guillemets.
fn marked(scanner: &Scanner, text: &str, words: &str) -> String {
    let mut findings = Vec::new();
    scanner.scan(text, &KeywordContext { words }, &mut ScanBuffers::default(), &mut findings);
    let mut out = text.to_owned();
    for finding in findings.iter().rev() {
        out.insert(finding.span.end, '»');
        out.insert(finding.span.start, '«');
    }
    out
}

#[test]
fn built_in_packs_pass_their_own_examples() {
    let report = check(builtin_packs()).unwrap_or_else(|error| panic!("{error}"));
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(report.n_rules >= 220 && report.n_validated >= 100, "{} {}", report.n_rules, report.n_validated);
}

#[test]
fn lookalikes_stay() {
    let scanner = scanner();
    for text in [
        "1764000000123",
        "1795508568670",
        "019ac0de-4111-7111-8111-411111111111",
        "01a20ca6-8153-7564-965a-1cd7016135de",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "sha 9f86d081884c7d65",
        "M12.5 3.4C8 1.2 4.4 9.81 2.25 6z",
        "matrix(0.866025, 0.5, -0.5, 0.866025, 120.25, 40)",
        "translate3d(1111px, 411.5px, 0)",
        "#411111 rgb(41, 11, 11) rgba(0,0,0,.12)",
        "v1.23.4 build 20260711.4 | order #100000023456 | 2026-07-11T10:00:00Z | $1,234.56 | 3.14159265358979",
        "ISBN 978-3-16-148410-0",
        "@font-face{font-family:\"A\";src:url(https://f.example.test/a@v2.woff2)}@media screen and (min-width:1111px)",
        "https://unpkg.example.test/@scope/pkg@1.2.3/dist/a.js",
        "https://cdn.example.test/logo@2x.png 2x, https://cdn.example.test/logo@3x.png 3x",
        "main.4f3a9c1b.chunk.js app-DiwrgTda.css",
        "grid-cols-12 md:w-1/2 bg-gray-100 text-[14px] data-v-7ba5bd90 css-4111",
        "phc_demoTOKEN0123456789demoTOKEN0123456789abcd",
        "@mention and #tag",
        "0 0 411 111",
        "iVBORw0KGgoAAAANSUhEUgAAAPAAAAAeCAYAAAASG5NgAAAMoElEQVR4AeyaBWwVWxOA5xR3d9fiKQTX4u5WNBSX4O4Ed3ctgeAE",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
        "1280x720 41px 4111 111 2,345 items",
        "Save 20% on 3 nights in 2026, from 10:30 to 12:45",
    ] {
        assert_eq!(marked(&scanner, text, ""), text);
    }
}

#[test]
fn a_card_number_is_found_in_any_format() {
    let scanner = scanner();
    for text in [
        "«4111111111111111»",
        "«4111 1111 1111 1111»",
        "«4111-1111-1111-1111»",
        "«4111.1111.1111.1111»",
        "«4111\u{a0}1111\u{2009}1111\u{202f}1111»",
        "«4111\u{2011}1111\u{2013}1111\u{2212}1111»",
        "«４１１１１１１１１１１１１１１１»",
        "«٤١١١١١١١١١١١١١١١»",
        "«4111\u{200b}1111\u{ad}11111111»",
        "\u{202d}«4111 1111 1111 1111»\u{202c}",
        "卡号«4111111111111111»。",
        "(«4111111111111111»)",
        "«4111111111111111»,«5555555555554444»",
    ] {
        assert_eq!(marked(&scanner, &text.replace(['«', '»'], ""), ""), text);
    }
}

#[test]
fn words_next_to_a_text_count_as_words_in_it() {
    let scanner = scanner();
    assert_eq!(marked(&scanner, "078051120", ""), "078051120");
    for words in ["SSN", "customerSsn", "social_security_number", "Social Security No."] {
        assert_eq!(marked(&scanner, "078051120", words), "«078051120»", "{words}");
    }
    assert_eq!(marked(&scanner, "078051120", "session assignment"), "078051120");
}

#[test]
fn field_names_match_by_their_last_words() {
    let scanner = scanner();
    let rules = scanner.rules();
    for (key, id) in [
        ("password", "password-assigned"),
        ("newPassword", "password-assigned"),
        ("X-Api-Key", "secret-key-name"),
        ("customer[last_name]", "person-name"),
        ("card_cvc", "card-cvc"),
        ("customerSsn", "us-ssn"),
        ("Set-Cookie", "secret-key-name"),
        ("access_token", "jwt"),
        ("dateOfBirth", "date-of-birth"),
        ("x-user-email", "email"),
    ] {
        let found = rules.key_rule(key).and_then(|idx| rules.rule(idx)).map(|rule| rule.id().to_string());
        assert_eq!(found.as_deref(), Some(id), "{key}");
    }
    for key in [
        "name",
        "token",
        "key",
        "id",
        "code",
        "title",
        "type",
        "value",
        "email_verified",
        "passport_required",
        "pinned",
        "cookie_consent",
        "distinct_id",
        "$session_id",
        "$window_id",
        "timestamp",
        "textContent",
        "class",
        "href",
        "data",
        "url",
        "status",
        "method",
        "tagName",
        "attributes",
        "content-type",
        "user-agent",
        "transferSize",
    ] {
        assert_eq!(rules.key_rule(key), None, "{key}");
    }
}

/// Time must grow with the text, not with its square: a megabyte of anything takes seconds even unoptimised.
#[test]
fn hostile_texts_take_linear_time() {
    const MEGABYTE: usize = 1 << 20;
    let scanner = scanner();
    let mut scratch = ScanBuffers::default();
    let plain = ["1", "@", "-", "eyJ"].map(|piece| (piece, MEGABYTE));
    let mixed =
        ["1 ", "a@", "eyJa.", "4111 ", "password=", "token: ", "::", "card 4111 ", "+1 ", "?a=", "<<"]
            .map(|piece| (piece, MEGABYTE / 8));
    for (piece, len) in plain.into_iter().chain(mixed) {
        assert_takes_less_than_a_minute(&scanner, piece, len, &mut scratch);
    }
    let named = with(&["all", "names", "dates"]);
    for piece in ["Jennifer ", "Jennifer, ", "Mr. ", "J. Smith ", "10:30 ", "1/1/", "March 4 ", "May ", "on "]
    {
        assert_takes_less_than_a_minute(&named, piece, MEGABYTE / 8, &mut scratch);
    }
}

fn assert_takes_less_than_a_minute(scanner: &Scanner, piece: &str, len: usize, scratch: &mut ScanBuffers) {
    let text = piece.repeat(len / piece.len());
    let start = Instant::now();
    scanner.scan(&text, &KeywordContext::default(), scratch, &mut Vec::new());
    assert!(start.elapsed() < Duration::from_mins(1), "{piece:?} took {:?}", start.elapsed());
}

#[test]
fn all_problems_are_reported_at_once_with_their_place() {
    let text = "[pack]\nname = \"own\"\ndescription = \"ours\"\n\n[[rule]]\nid = \"email\"\nentity = \"E\"\ndescription = \"d\"\n\
                tier = \"distinctive\"\npattern = \"a+\"\n\n[[rule]]\nid = \"Own Rule\"\nentity = \"E\"\ndescription = \"d\"\n\
                tier = \"keyword_or_separators\"\npattern = \"(?=x)\"\nvalidator = \"nope\"\n";
    let extra = [PackSource { name: "own.toml", text }];
    let selection = Selection {
        packs: vec!["contcat".to_owned()],
        disable: vec!["no-such".to_owned()],
        overrides: vec![Override { rule: "nor-this".to_owned(), action: None, enabled: None }],
    };
    let error = RuleSet::build(builtin_packs(), &extra, &selection).err().expect("it is wrong in many ways");
    let report = error.to_string();
    for part in [
        "own.toml:5: rule email: the id is taken",
        "own.toml:12: rule Own Rule: write the id in lower-case",
        "look-around",
        "unknown validator \"nope\"; `blackbar rules validators` lists them",
        "there is no pack \"contcat\"",
        "\"no-such\"",
        "\"nor-this\"",
    ] {
        assert!(report.contains(part), "{part} is missing in:\n{report}");
    }
}

#[test]
fn old_keys_and_tiers_are_errors_that_give_the_new_name() {
    let pack = "[pack]\nname = \"own\"\ndescription = \"ours\"\n\n[[rule]]\nid = \"zed\"\nentity = \"Z\"\n\
                description = \"d\"\ntier = \"bounded\"\npattern = \"z[0-9]{4}\"\n";
    for (line, message) in [
        ("worded = \"z\"", "own.toml:11: `worded` is now `pattern_with_keyword`"),
        ("official = \"z\"", "own.toml:11: `official` is now `pattern_with_separators`"),
        ("named_tier = \"B\"", "own.toml:11: `named_tier` is now `tier_when_named`"),
        ("must_not_decide = []", "own.toml:11: `must_not_decide` is now `keys_not_matched`"),
        ("whole_anchors = true", "own.toml:11: `whole_anchors` is now `anchors_end_word`"),
        ("tier_when_named = \"C\"", "own.toml:11: tier \"C\" is now \"keyword_or_separators\""),
    ] {
        let text = format!("{pack}{line}\n");
        let extra = [PackSource { name: "own.toml", text: &text }];
        let error = RuleSet::build(builtin_packs(), &extra, &Selection::all()).err().expect("an old name");
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn a_weighted_sum_that_cannot_work_is_an_error() {
    let text = "[pack]\nname = \"own\"\ndescription = \"ours\"\n\n[[rule]]\nid = \"zed\"\nentity = \"Z\"\n\
                description = \"d\"\ntier = \"bounded\"\npattern = \"z[0-9]{4}\"\nvalidator = \"luhn\"\n\
                check = { weights = [1], modulus = 10 }\n\n[[rule]]\nid = \"zet\"\nentity = \"Z\"\n\
                description = \"d\"\ntier = \"bounded\"\npattern = \"z[0-9]{4}\"\ncheck = { weights = [1], modulus = 11, map = \"01\" }\n";
    let extra = [PackSource { name: "own.toml", text }];
    let error = RuleSet::build(builtin_packs(), &extra, &Selection::all()).err().expect("no such check");
    let report = error.to_string();
    for part in [
        "own.toml:5: rule zed: give it a validator or a check, not both",
        "own.toml:14: rule zet: check.map needs 11",
    ] {
        assert!(report.contains(part), "{part} is missing in:\n{report}");
    }
}

#[test]
fn different_policies_have_different_digests() {
    let build = |selection: &Selection| RuleSet::build(builtin_packs(), &[], selection).unwrap().digest();
    let all = Selection::all();
    let without = Selection { disable: vec!["email".to_owned()], ..all.clone() };
    let change = Override { rule: "email".to_owned(), action: Some(Action::Hash), enabled: None };
    let hashed = Selection { overrides: vec![change], ..all.clone() };
    assert_eq!(build(&all), build(&all));
    assert!(
        build(&all) != build(&without) && build(&all) != build(&hashed) && build(&without) != build(&hashed)
    );
}

fn with(packs: &[&str]) -> Scanner {
    let packs = packs.iter().map(|&name| name.to_owned()).collect();
    let selection = Selection { packs, ..Selection::default() };
    Scanner::new(Arc::new(RuleSet::build(builtin_packs(), &[], &selection).unwrap()))
}

#[test]
fn a_country_needs_less_next_to_a_match_if_it_was_named() {
    let pesel = "00022428385";
    for packs in [&["pl"][..], &["identity-eu"], &["all"], &["identity", "pl"]] {
        assert_eq!(marked(&with(packs), pesel, ""), format!("«{pesel}»"), "{packs:?}");
    }
    for packs in [&["identity"][..], &["de"]] {
        assert_eq!(marked(&with(packs), pesel, ""), pesel, "{packs:?}");
    }
    assert_eq!(marked(&with(&["identity"]), pesel, "pesel"), format!("«{pesel}»"));
}

#[test]
fn names_in_text_need_their_opt_in_pack() {
    let text = "a call from Mr. Testperson today, and Jennifer Testperson listens";
    assert_eq!(marked(&with(&["all"]), text, ""), text);
    let found = "a call from Mr. «Testperson» today, and «Jennifer Testperson» listens";
    assert_eq!(marked(&with(&["all", "names"]), text, ""), found);
}

#[test]
fn dates_need_their_opt_in_pack() {
    let text = "seen on 4 March 2014 at 10:30, aged 79, again 2014-03-09T07:15:00Z";
    assert_eq!(marked(&with(&["all"]), text, ""), text);
    let found = "seen on «4 March 2014» at «10:30», aged «79», again «2014-03-09T07:15:00Z»";
    assert_eq!(marked(&with(&["all", "dates"]), text, ""), found);
}

/// Common page content that is not personal. The opt-in packs guess, but must not guess here.
#[test]
fn opt_in_packs_ignore_lookalikes() {
    let scanner = with(&["names", "dates"]);
    for text in [
        "v1.23.4 build 411 | order #100000023456 | $1,234.56 | 3.14159265358979 | 192.0.2.10",
        "16:9, 4:3, 2:1, 1/2, 3/4, 24/7, 1280x720, 16:10",
        "main.4f3a9c1b.chunk.js:10:30 at https://app.example.test/a/b/c",
        "GMT+02:00 +05:30 UTC-03:00 00:1b:44:11:3a:b7",
        "Add to Cart, Mark as Read, Grant Access, Rose Gold, Max Price, Will Ship Tomorrow, Chase Bank",
        "Charles Street, San Antonio, Port Louis, Victoria Station, Georgia, Austin Texas, Paris",
        "Monday Tuesday Wednesday Thursday Friday | you may 2 | March on | chapter 4",
        "font-family: Georgia, Verdana, sans-serif; grid-cols-12 md:w-1/2",
        "translate3d(10px, 30px, 0) rgba(12,10,20,.5) M12.5 3.4C8 1.2 4.4 9.81 2.25 6z",
    ] {
        assert_eq!(marked(&scanner, text, ""), text);
    }
}

/// The names of the files of a folder, without extension.
#[expect(clippy::unwrap_used, reason = "a test helper")]
fn stems(folder: &str, extension: &str) -> BTreeSet<String> {
    let files = files_below(&root().join(folder), &[extension]);
    files.iter().map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn adding_a_country_touches_two_files() {
    let packs = stems("rules/identity", "toml");
    let mut validators = stems("crates/blackbar-core/src/validate/identity", "rs");
    validators.remove("mod");
    let lost: Vec<_> = validators.difference(&packs).collect();
    assert!(lost.is_empty(), "validators without a pack of the same name: {lost:?}");
    for pack in &packs {
        let name = format!("rules/identity/{pack}.toml");
        assert!(builtin_packs().iter().any(|builtin| builtin.name == name), "{name} is not built in");
    }
    let code =
        Regex::new(r#""(?:rules/)?(?:identity/)?([a-z]{2})(?:\.toml|\.rs)?"|\bmod (?:r#)?([a-z]{2});"#)
            .unwrap();
    for folder in ["crates", "src", "tests/it"] {
        for file in files_below(&root().join(folder), &["rs"]) {
            let text = fs::read_to_string(&file).unwrap();
            let codes = code.captures_iter(&text).filter_map(|found| found.get(1).or(found.get(2)));
            let listed: BTreeSet<&str> =
                codes.map(|found| found.as_str()).filter(|code| packs.contains(*code)).collect();
            assert!(listed.len() < 10, "{} lists countries: {listed:?}", file.display());
        }
    }
}
