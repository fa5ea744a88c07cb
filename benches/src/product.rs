//! Blackbar's pipeline under the policy of the benches: every pack, preset balanced.

use std::time::Duration;

use blackbar_core::pipeline::{self, Memory, Redacted, Request, Workspace};
use blackbar_core::policy::{Limits, Policy, Posture, Preset};
use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
use blackbar_core::session::InMemoryWindows;

use crate::Error;
use crate::clock;
use crate::corpus::Body;

/// Every pack, preset balanced.
///
/// # Errors
/// A built-in pack does not load.
pub fn policy() -> Result<Policy, Error> {
    policy_of(&Selection::all())
}

/// Every rule.
///
/// # Errors
/// A built-in pack does not load.
pub fn rules() -> Result<RuleSet, Error> {
    RuleSet::build(builtin_packs(), &[], &Selection::all()).map_err(|error| error.to_string().into())
}

/// The rules of `selection`, preset balanced.
///
/// # Errors
/// The rules do not load.
pub fn policy_of(selection: &Selection) -> Result<Policy, Error> {
    let rules = RuleSet::build(builtin_packs(), &[], selection).map_err(|error| error.to_string())?;
    let postures = Preset::Balanced.postures();
    debug_assert_eq!(postures.inputs, Posture::Mask);
    Policy::new(rules, postures, &[], Limits::default(), [1; 32])
        .map_err(|_| "a built-in selector does not parse".into())
}

/// Takes one request through the pipeline.
///
/// # Errors
/// It was refused.
pub fn redact(
    body: &Body,
    policy: &Policy,
    sessions: &InMemoryWindows,
    scratch: &mut Workspace,
) -> Result<Redacted, Error> {
    let request = Request {
        endpoint: body.endpoint,
        path: &body.path,
        query: &body.query,
        content_type: body.content_type.as_deref(),
        content_encoding: None,
        bearer: None,
        headers: &[],
        body: &body.bytes,
    };
    let memory = Memory { store: sessions, now_ms: 0 };
    pipeline::run(&request, policy, memory, scratch).map_err(|refusal| refusal.code().into())
}

/// What a pass over some bodies took and gave.
#[derive(Default)]
pub struct Pass {
    /// CPU time.
    pub took: Duration,
    /// Bytes that leave.
    pub bytes_out: usize,
    /// Bodies that changed.
    pub n_changed: usize,
    /// Bodies that were refused.
    pub n_refused: usize,
}

/// Takes bodies through the pipeline one after the other, with an empty store of sessions.
pub fn pass(bodies: &[Body], policy: &Policy, scratch: &mut Workspace) -> Pass {
    pass_with(bodies, policy, &InMemoryWindows::default(), scratch)
}

/// Takes bodies through the pipeline one after the other.
pub fn pass_with(bodies: &[Body], policy: &Policy, sessions: &InMemoryWindows, scratch: &mut Workspace) -> Pass {
    let mut pass = Pass::default();
    let (took, ()) = clock::timed(|| {
        for body in bodies {
            match redact(body, policy, sessions, scratch) {
                Ok(redacted) => {
                    pass.bytes_out += redacted.body.len();
                    pass.n_changed += usize::from(redacted.report.changed);
                }
                Err(_) => pass.n_refused += 1,
            }
        }
    });
    Pass { took, ..pass }
}
