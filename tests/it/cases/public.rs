//! Cases that need more than a document: requests through the proxy, and configurations.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use http_body_util::Full;

use crate::cases::case;
use crate::cases::case::Case;
use crate::cases::case::CaseRequest;
use crate::cases::case::UpstreamAnswer;
use crate::cases::judge;
use crate::cases::judge::ReadingKind;
use crate::cases::tree::JsonTree;
use crate::support::client::Reply;
use crate::support::decoded;
use crate::support::harness::Harness;
use crate::support::harness::Setup;
use crate::support::upstream;
use crate::support::upstream::Recorded;
use crate::support::upstream::Upstream;

/// The project of all requests, and the assets that belong to none.
const ROUTES: &str = r#"
[[route]]
projects = ["phc_abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"]
region = "eu"
[[route]]
path_prefixes = ["/static/"]
region = "eu"
"#;

/// Runs `blackbar check`, and looks for what it must say.
pub(super) fn check(case: &Case) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    case::write_key(&dir);
    let place = |name: &str| dir.path().join(name).display().to_string();
    let toml = std::fs::read_to_string(case.config.as_ref().unwrap()).unwrap();
    let file = place("check.toml");
    std::fs::write(&file, toml.replace("{audit}", &place("audit")).replace("{key}", &place("key"))).unwrap();
    let run =
        Command::new(env!("CARGO_BIN_EXE_blackbar")).args(["check", "--config", &file]).output().unwrap();
    let said = String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned();
    case.says
        .iter()
        .filter(|text| !said.contains(*text))
        .map(|text| format!("does not say {text:?}: {said}"))
        .collect()
}

/// Sends each request through one proxy.
pub(super) async fn exchanges(cases: impl Iterator<Item = Case>) -> Vec<(Case, Vec<String>)> {
    let next: Arc<Mutex<Option<UpstreamAnswer>>> = Arc::default();
    let answers = Arc::clone(&next);
    let eu = Upstream::answering(move |_| {
        let answer = answers.lock().unwrap().clone();
        async move { answer.map_or_else(upstream::ok, response) }
    })
    .await;
    let listen = "trusted_proxies = [\"127.0.0.1\"]";
    let setup = Setup { eu: Some(eu), listen, rules: Some(""), more: ROUTES.to_owned(), ..Setup::default() };
    let proxy = Harness::with(setup).await;
    proxy.warm().await;
    let mut verdicts = Vec::new();
    for case in cases {
        let request = case.request.as_ref().unwrap();
        next.lock().unwrap().clone_from(&request.answer);
        let n_before = proxy.eu.recorded().len();
        let reply = send(&proxy, request).await;
        let arrived = proxy.eu.recorded().into_iter().skip(n_before).next_back();
        let mut problems = of_reply(&case, &reply);
        problems.extend(of_arrived(&case, arrived.as_ref()));
        verdicts.push((case, problems));
    }
    verdicts
}

fn response(answer: UpstreamAnswer) -> Response<Full<Bytes>> {
    let mut response = Response::builder();
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(answer.body.into())).unwrap()
}

async fn send(proxy: &Harness, request: &CaseRequest) -> Reply {
    let mut headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    if request.chunked {
        headers.push(("transfer-encoding", "chunked"));
    }
    proxy.client.send(&request.method, &request.target, &headers, body(request)).await
}

fn body(request: &CaseRequest) -> Vec<u8> {
    let text = match (&request.body, &request.body_base64) {
        (_, Some(base64)) => return STANDARD.decode(base64).unwrap(),
        (Some(text), None) => text.clone(),
        (None, None) => String::new(),
    };
    let filled = |f: &case::Filler| text.replace(&f.in_place_of, &f.text.repeat(f.times));
    request.filler.as_ref().map_or_else(|| text.clone(), filled).into_bytes()
}

fn of_reply(case: &Case, reply: &Reply) -> Vec<String> {
    let (wanted, text) = (&case.reply, String::from_utf8_lossy(&reply.body));
    let mut problems = Vec::new();
    if reply.status != wanted.status {
        problems.push(format!("status {}: {text}", reply.status));
    }
    let values = |name: &str| -> Vec<String> {
        reply.headers.get_all(name).iter().map(|v| v.to_str().unwrap().to_owned()).collect()
    };
    let mut headers = |wanted: &BTreeMap<String, Vec<String>>, is_met: fn(&[String], &[String]) -> bool| {
        for (name, wanted) in wanted {
            let found = values(name);
            if !is_met(&found, wanted) {
                problems.push(format!("{name}: {found:?}"));
            }
        }
    };
    headers(&wanted.headers, |found, wanted| found == wanted);
    headers(&wanted.headers_contain, |found, wanted| {
        wanted.iter().all(|text| found.join(",").contains(text))
    });
    let missing = wanted.body_contains.iter().filter(|wanted| !text.contains(wanted.as_str()));
    problems.extend(missing.map(|wanted| format!("the reply does not say {wanted:?}: {text}")));
    problems
}

fn of_arrived(case: &Case, arrived: Option<&Recorded>) -> Vec<String> {
    let mut problems = Vec::new();
    for (name, wanted) in &case.upstream.headers {
        let found = arrived.and_then(|a| a.header(name));
        if found != Some(wanted) {
            problems.push(format!("upstream header {name}: {found:?}, not {wanted:?}"));
        }
    }
    if let Some(wanted) = &case.upstream.target
        && arrived.is_none_or(|a| a.target != *wanted)
    {
        problems.push(format!("upstream target {:?}, not {wanted:?}", arrived.map(|a| &a.target)));
    }
    if case.gone.is_empty() {
        return problems;
    }
    let Some(arrived) = arrived else {
        problems.push("nothing arrived".to_owned());
        return problems;
    };
    let plain = decoded::gunzip(&arrived.body).unwrap_or_else(|| arrived.body.to_vec());
    match std::str::from_utf8(&plain).ok().and_then(JsonTree::read) {
        Some(tree) => problems.extend(judge::of_output(case, &tree, ReadingKind::Deep)),
        None => problems.push("what arrived is no JSON".to_owned()),
    }
    problems
}
