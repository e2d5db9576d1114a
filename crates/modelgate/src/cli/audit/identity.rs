//! The third check of `audit verify`: each statement, and the checkpoint, is signed by somebody who might then.

use modelgate_ledger::trail::{Examined, Fault, TrailEntry};
use modelgate_ledger::{AllowedSigners, Envelope, SignatureState, in_order};

use crate::candidate::threads;
use crate::cli::audit::keyless::{Asked, Bundles};
use crate::cli::audit::verify::Checked;
use crate::failure::Failure;
use crate::terminal::plain;

/// What is known of signatures without keys.
pub(super) struct Keyless<'a> {
    pub(super) bundles: Bundles,
    /// By whom they must be; none where that is not asked.
    pub(super) asked: Option<Asked<'a>>,
}

/// Looks at the statements from an entry on.
pub(super) fn check(
    found: &Examined,
    from: u64,
    signers: Option<&AllowedSigners>,
    keyless: &Keyless<'_>,
) -> Result<Checked, Failure> {
    let envelopes = found.entries.iter().zip(&found.envelopes).filter(|(entry, _)| entry.seq >= from);
    let envelopes: Vec<_> = envelopes.filter_map(|(entry, envelope)| Some((entry, envelope.as_ref()?))).collect();
    let is_signed = |envelope: &Envelope| !envelope.signatures.is_empty() || !keyless.bundles.over(&envelope.payload).is_empty();
    let signed = envelopes.iter().filter(|(_, envelope)| is_signed(envelope)).count();
    let told = format!("{signed} of {} statements are signed", envelopes.len());
    let mut faults = keyless.bundles.faults.clone();
    if signers.is_none() && keyless.asked.is_none() {
        let by = match keyless.bundles.names() {
            (0, _) => String::new(),
            (count, names) => format!(
                "; {count} signatures are without keys, as their certificates say by {}: --sigstore-identity and --sigstore-issuer have that \
                 checked",
                names.join(", ")
            ),
        };
        let why = format!("{told}; by whom was not checked (--allowed-signers){by}");
        return Ok(if faults.is_empty() { Checked::not_run("identity", &why) } else { Checked::of("identity", why, faults) });
    }
    let of_entries = in_order(&envelopes, threads(), |(entry, envelope)| faults_of(entry, envelope, signers, keyless));
    faults.extend(of_entries.into_iter().collect::<Result<Vec<_>, _>>()?.concat());
    faults.extend(signers.and_then(|signers| of_checkpoint(found, signers)));
    Ok(Checked::of("identity", told, faults))
}

fn faults_of(
    entry: &TrailEntry,
    envelope: &Envelope,
    signers: Option<&AllowedSigners>,
    keyless: &Keyless<'_>,
) -> Result<Vec<Fault>, Failure> {
    let mut faults = Vec::new();
    let states = signers.map(|signers| envelope.signature_states(signers, &entry.appended_at)).unwrap_or_default();
    for state in &states {
        if let SignatureState::Forged { principal } = state {
            let what = format!("entry {} bears a signature in the name of {} that is not theirs", entry.seq, plain(principal));
            faults.push(Fault::tampered("forged", what));
        }
    }
    let kept = keyless.bundles.over(&envelope.payload);
    let vouched = match &keyless.asked {
        Some(asked) if !kept.is_empty() => asked.vouches(&envelope.payload, kept)?,
        _ => Ok(false),
    };
    if states.iter().any(|state| matches!(state, SignatureState::Valid { .. })) || vouched == Ok(true) {
        return Ok(faults);
    }
    let late = states.iter().find_map(|state| match state {
        SignatureState::NotThen { principal } => Some(principal),
        _ => None,
    });
    let seq = entry.seq;
    faults.push(match (late, vouched) {
        (_, Err(why)) => Fault::unverifiable("denied", format!("entry {seq} is signed without a key, and {}", plain(&why))),
        (Some(who), _) => {
            let what = format!("entry {seq} is signed by {}, who might not sign at {}", plain(who), entry.appended_at);
            Fault::unverifiable("not-then", what)
        }
        (None, _) if states.is_empty() && kept.is_empty() => {
            Fault::unverifiable("unsigned", format!("entry {seq} is not signed"))
        }
        (None, _) if keyless.asked.is_none() && !kept.is_empty() => {
            let what = format!("entry {seq} is signed without a key, and nobody checked by whom (--sigstore-identity)");
            Fault::unverifiable("unchecked", what)
        }
        (None, _) => Fault::unverifiable("unknown-signer", format!("entry {seq} is signed by nobody who is listed")),
    });
    Ok(faults)
}

fn of_checkpoint(found: &Examined, signers: &AllowedSigners) -> Option<Fault> {
    let (checkpoint, last) = (found.checkpoint.as_ref()?, found.entries.last()?);
    let states: Vec<_> =
        signers.signers.iter().filter_map(|signer| Some((signer, checkpoint.is_signed_by(&signer.key)?))).collect();
    if let Some((signer, _)) = states.iter().find(|(_, fits)| !fits) {
        let what = format!("the checkpoint bears a signature in the name of {} that is not theirs", plain(&signer.principal));
        return Some(Fault::tampered("forged", what));
    }
    if states.iter().any(|(signer, _)| signer.may_sign(&last.appended_at)) {
        return None;
    }
    Some(Fault::unverifiable("unsigned", "the checkpoint is signed by nobody who is listed and might then"))
}
