//! The configuration: all problems are reported at once, each with file, line, key and remedy.

use blackbar::config;

const GOOD: &str = r#"
[listen]
address = "127.0.0.1:0"
[audit]
dir = "/tmp/audit"
[[region]]
name = "eu"
upstreams = ["https://eu.i.posthog.com"]
[routing]
no_match = "eu"
[rules]
packs = ["contact"]
"#;

fn problems(text: &str) -> Vec<String> {
    let error = config::parse(text, "blackbar.toml").err().expect("problems");
    error.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn the_example_in_the_design_is_accepted() {
    let text = r#"
[listen]
address = "0.0.0.0:8000"

[admin]
address = "127.0.0.1:8001"

[audit]
dir = "/var/lib/blackbar/audit"

[[region]]
name = "eu"
upstreams = ["https://eu.i.posthog.com"]
assets = "https://eu-assets.i.posthog.com"

[[region]]
name = "us"
upstreams = ["https://us.i.posthog.com"]

[routing]
no_match = "reject"
country_header = "cf-ipcountry"

[[route]]
projects = ["phc_eu_project"]
region = "eu"

[[route]]
countries = ["DE", "FR", "IT"]
region = "eu"

[redaction]
preset = "balanced"
text = "rules"
inputs = "mask"
attributes = "rules"
images = "keep"
client_ip = "truncate"

[[redaction.selector]]
css = ".ph-no-capture, [data-private]"
treat = "block"

[rules]
packs = ["contact", "payment", "credentials", "network", "identity-eu", "identity-us"]
"#;
    let config = config::parse(text, "blackbar.toml").unwrap();
    assert_eq!(config.regions.len(), 2);
    assert_eq!(config.routing.routes.len(), 2);
}

#[test]
fn all_problems_are_reported_at_once_with_file_and_line() {
    let text = r#"
[listen]
address = "8000"
trusted_proxies = ["10.0.0.0/8", "office"]

[audit]
sync = "sometimes"

[[region]]
name = "EU"
upstreams = ["eu.i.posthog.com", "https://ok.test"]

[[region]]
name = "us"
upstreams = ["https://us.test/path"]
color = "blue"

[routing]
no_match = "asia"

[[route]]
countries = ["Germany"]
region = "eu"

[[route]]
region = "us"

[redaction]
preset = "loose"
client_ip = "hide"

[limits]
inflated = "64"
request_time = "1 minute"
workers = 0

[rules]
packs = ["all"]
disable = ["no-such-rule"]

[telemetri]
"#;
    insta::assert_snapshot!(problems(text).join("\n"), @r#"
blackbar.toml:3: listen.address: "8000" is not an address; write an IP address and a port, such as "0.0.0.0:8000"
blackbar.toml:4: listen.trusted_proxies[1]: "office" is not a network; write one such as "10.0.0.0/8"
blackbar.toml:6: audit.dir: missing; write [audit] dir = "/var/lib/blackbar/audit"
blackbar.toml:7: audit.sync: unknown value "sometimes"; expected one of "each", "interval"
blackbar.toml:10: region[0].name: "EU" is not a valid name; use 1 to 32 lower-case letters, digits and dashes
blackbar.toml:11: region[0].upstreams[0]: not an upstream URL; write a scheme and a host, such as "https://eu.i.posthog.com", and nothing else
blackbar.toml:16: region[1].color: unknown field `color`, expected one of `name`, `upstreams`, `assets`, `ca_file`
blackbar.toml:22: route[0].countries: the country is unknown without routing.country_header; set it to the header of your edge
blackbar.toml:22: route[0].countries[0]: "Germany" is not valid; write a two-letter country code such as "DE"
blackbar.toml:25: route[1]: a route without a condition matches everything; use routing.no_match instead
blackbar.toml:29: redaction.preset: unknown value "loose"; expected one of "strict", "balanced", "rules"
blackbar.toml:30: redaction.client_ip: unknown value "hide"; expected one of "keep", "truncate", "drop"
blackbar.toml:33: limits.inflated: "64" is not a size; write one such as "25MiB" or "64KiB"
blackbar.toml:34: limits.request_time: "1 minute" is not a duration; write one such as "60s", "250ms" or "30m"
blackbar.toml:35: limits.workers: 0 is out of range; write a number of at least 1
blackbar.toml:39: rules.disable[0]: disable names the rule "no-such-rule", which no pack has
blackbar.toml:41: telemetri: unknown section; expected one of listen, admin, audit, region, routing, route, redaction, rules, suppressions, sdk, forward, limits, session_store, telemetry
"#);
}

#[test]
fn invalid_toml_is_reported_with_its_line() {
    let told = problems("[listen]\naddress = \"127.0.0.1:0\"\n[audit\n");
    assert!(told[0].starts_with("blackbar.toml:3: invalid TOML: "), "{told:?}");
}

#[test]
fn an_unknown_key_lists_the_known_ones() {
    let told = problems(&GOOD.replace("[audit]", "[audit]\npath = \"/tmp\""));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("blackbar.toml:5: audit.path: "), "{told:?}");
    assert!(told[0].contains("expected one of"), "{told:?}");
}

#[test]
fn a_missing_file_is_reported() {
    let error = config::load(std::path::Path::new("no-such-file.toml")).err().unwrap();
    assert!(error.to_string().starts_with("no-such-file.toml: cannot read the file"), "{error}");
}

#[test]
fn redaction_alone_needs_no_other_section() {
    assert!(config::parse_redaction_only("", "x").is_ok());
    assert!(config::parse_redaction_only("[rules]\npacks = [\"contact\"]", "x").is_ok());
    assert!(
        config::parse_redaction_only("[rules]\npacks = [\"contact\"]\n[listen]\nnonsense = 1", "x").is_ok()
    );
    assert!(config::parse_redaction_only("[redaction]\npreset = \"loose\"", "x").is_err());
}

#[test]
fn keys_override_the_values_of_a_preset() {
    let digest = |redaction: &str| {
        config::parse_redaction_only(
            &format!("[rules]\npacks = [\"contact\"]\n[redaction]\n{redaction}"),
            "x",
        )
        .unwrap()
        .policy
        .digest
    };
    assert_eq!(digest(""), digest("preset = \"balanced\""));
    assert_eq!(digest("preset = \"rules\"\ninputs = \"mask\""), digest("preset = \"balanced\""));
    assert_ne!(digest("preset = \"strict\""), digest("preset = \"balanced\""));
}

#[test]
fn an_unknown_pack_is_reported_at_its_line() {
    let told = problems(&GOOD.replace("\"contact\"", "\"contact\", \"biometric\""));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("blackbar.toml:12: rules.packs[1]: there is no pack \"biometric\""),
        "{told:?}"
    );
}

#[test]
fn a_custom_pack_is_loaded_and_its_errors_name_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("own.toml");
    let text = format!("{GOOD}dirs = [{:?}]\n", dir.path());
    std::fs::write(&file, "[pack]\nname = 1\n").unwrap();
    let told = problems(&text);
    assert!(told[0].starts_with(&format!("{}:", file.display())), "{told:?}");
}

#[test]
fn hashing_without_a_key_file_warns() {
    let text = format!("{GOOD}[[rules.override]]\nrule = \"email\"\naction = \"hash\"\n");
    let config = config::parse(&text, "blackbar.toml").unwrap();
    assert!(config.warnings.iter().any(|warning| warning.contains("redaction.hash_key_file")));
}

#[test]
fn an_invalid_selector_is_reported() {
    let text = format!("{GOOD}[[redaction.selector]]\ncss = \".a:hover\"\ntreat = \"hide\"\n");
    let told = problems(&text);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("blackbar.toml:14: redaction.selector[0].css: \".a:hover\": "), "{told:?}");
    assert!(told[1].starts_with("blackbar.toml:15: redaction.selector[0].treat: "), "{told:?}");
}

#[test]
fn an_overly_broad_suppression_is_reported() {
    let text = r#"[rules]
packs = ["contact"]
[[suppressions]]
pattern = ".*"
reason = "r"
[[suppressions]]
path = "**"
reason = " "
[[suppressions]]
selector = "*"
reason = "r"
rules = []
[[suppressions]]
value_hash = "0000000000000000000000000000000000000000000000000000000000000000"
reason = "r"
rules = ["email", "us-ssn"]
[[suppressions]]
path = "a"
pattern = "b"
reason = "r"
[[suppressions]]
reason = "r"
[[suppressions]]
path = "a"
reason = "r"
expires = 2026-12-31T10:00:00
[[suppressions]]
path = "a[0]"
reason = "r"
expires = "2026-12-31"
[[suppressions]]
selector = ":hover"
[[suppressions]]
path = "a"
reason = "r"
expired = 2026-12-31
"#;
    let told = config::parse_redaction_only(text, "blackbar.toml").err().unwrap().to_string();
    insta::assert_snapshot!(told, @r#"
blackbar.toml:4: suppressions[0].pattern: the pattern matches the empty text; say what a value looks like
blackbar.toml:7: suppressions[1].path: the path names no key; write keys joined by points, such as "properties.plan"
blackbar.toml:8: suppressions[1].reason: missing; say why this may be exempt
blackbar.toml:10: suppressions[2].selector: selects every element; write a narrower one such as ".public"
blackbar.toml:12: suppressions[2].rules: empty; remove the key to mean all rules
blackbar.toml:14: suppressions[3].value_hash: hashes need a stable key; set redaction.hash_key_file
blackbar.toml:16: suppressions[3].rules[1]: the rule "us-ssn" is not active; `blackbar rules list --config FILE` lists the active rules
blackbar.toml:17: suppressions[4]: write exactly one of value_hash, pattern, path and selector
blackbar.toml:21: suppressions[5]: write exactly one of value_hash, pattern, path and selector
blackbar.toml:26: suppressions[6].expires: not a date; write one such as 2027-12-31, without quotes
blackbar.toml:30: suppressions[7].expires: invalid type: string "2026-12-31", expected a TOML datetime
blackbar.toml:31: suppressions[8].reason: missing; say why this may be exempt
blackbar.toml:32: suppressions[8].selector: ":hover": a recording cannot tell this pseudo-class or pseudo-element; write one such as ".public"
blackbar.toml:36: suppressions[9].expired: unknown field `expired`, expected one of `value_hash`, `pattern`, `path`, `selector`, `rules`, `reason`, `expires`
"#);
}

#[test]
fn an_expired_or_catch_all_suppression_warns() {
    let text = format!("{GOOD}[[suppressions]]\npath = \"a.b\"\nreason = \"r\"\nexpires = 2020-01-31\n");
    let text = text + "[[suppressions]]\npattern = \".+\"\nreason = \"r\"\n";
    let config = config::parse(&text, "blackbar.toml").unwrap();
    let told: Vec<_> = config.warnings.iter().filter(|warning| warning.contains("suppressions")).collect();
    assert_eq!(
        told,
        [
            "blackbar.toml:16: suppressions[0].expires: expired after 2020-01-31 and is not applied; remove or renew it",
            "blackbar.toml:18: suppressions[1].pattern: it exempts nearly everything that any rule finds; narrow it, or list rules"
        ]
    );
}

#[test]
fn pack_directories_are_relative_to_the_configuration_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("conf").join("blackbar.toml");
    std::fs::create_dir_all(dir.path().join("conf/packs")).unwrap();
    std::fs::write(&file, "[rules]\npacks = []\ndirs = [\"packs\"]\n").unwrap();
    let pack = "[pack]\nname = \"own\"\ndescription = \"o\"\n[[rule]]\nid = \"own\"\nentity = \"O\"\ndescription = \"o\"\nkeys = [\"own\"]\n";
    std::fs::write(dir.path().join("conf/packs/own.toml"), pack).unwrap();
    assert_eq!(config::load_redaction_only(&file).unwrap().policy.n_rules, 1);
}

const REFERENCE: &str = include_str!("../../docs/blackbar.toml");

#[test]
fn the_reference_is_accepted_and_shows_the_defaults() {
    let config = config::parse(REFERENCE, "docs/blackbar.toml").unwrap();
    let bare = config::parse(GOOD, "good.toml").unwrap();
    assert_eq!(config.listen.drain_time, bare.listen.drain_time);
    assert_eq!(config.listen.address.to_string(), "0.0.0.0:8000");
    assert_eq!(config.admin, bare.admin);
    assert_eq!((config.audit.sync, config.audit.segment_bytes), (bare.audit.sync, bare.audit.segment_bytes));
    assert_eq!(config.policy.policy.choices.client_ip, bare.policy.policy.choices.client_ip);
    assert_eq!(config.forward, bare.forward);
    assert_eq!(config.sdk, bare.sdk);
    assert_eq!(config.telemetry, bare.telemetry);
    assert_eq!(config.session_store, bare.session_store);
    assert_eq!(config.policy.policy.limits, bare.policy.policy.limits);
    assert_eq!(config.policy.policy.postures, bare.policy.policy.postures);
    let workers = bare.limits.workers;
    assert_eq!(config::limits::ProxyLimits { workers, ..config.limits }, bare.limits);
}

#[test]
fn the_reference_names_every_key() {
    let sections = [
        ("listen", "[listen]"),
        ("admin", "[admin]"),
        ("audit", "[audit]"),
        ("region", "[[region]]"),
        ("routing", "[routing]"),
        ("route", "[[route]]"),
        ("redaction", "[redaction]"),
        ("redaction.selector", "[[redaction.selector]]"),
        ("rules", "[rules]"),
        ("rules.override", "[[rules.override]]"),
        ("suppressions", "[[suppressions]]"),
        ("sdk", "[sdk]"),
        ("forward", "[forward]"),
        ("limits", "[limits]"),
        ("session_store", "[session_store]"),
        ("telemetry", "[telemetry]"),
    ];
    for (section, header) in sections {
        let told = problems(&format!("{header}\nno-such-key = 1\n"));
        let unknown = told.iter().find(|line| line.contains("unknown field")).expect(section);
        // `a`, `b`: every second piece between backticks is a key, the first is the unknown one.
        let keys = unknown.split('`').skip(3).step_by(2);
        let header = format!("\n{header}\n");
        let parts = REFERENCE.split(&header).skip(1);
        let shown: String = parts.map(|part| part.split("\n[").next().unwrap()).collect();
        for key in keys {
            let is_table = REFERENCE.contains(&format!("[[{section}.{key}]]"));
            let is_shown = shown.lines().any(|line| {
                line.trim_start_matches("# ").strip_prefix(key).is_some_and(|rest| rest.starts_with(" = "))
            });
            assert!(is_table || is_shown, "{section}.{key} is not in docs/blackbar.toml");
        }
    }
}
