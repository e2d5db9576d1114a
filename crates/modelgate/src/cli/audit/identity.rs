//! The third check of `audit verify`: each statement, and the checkpoint, is signed by somebody who might then.

use modelgate_ledger::trail::{Examined, Fault, TrailEntry};
use modelgate_ledger::{AllowedSigners, Envelope, SignatureState, in_order};

use crate::candidate::threads;
use crate::cli::audit::verify::Checked;
use crate::terminal::plain;

/// Looks at the statements from an entry on.
pub(super) fn check(found: &Examined, from: u64, signers: Option<&AllowedSigners>) -> Checked {
    let envelopes = found.entries.iter().zip(&found.envelopes).filter(|(entry, _)| entry.seq >= from);
    let envelopes: Vec<_> = envelopes.filter_map(|(entry, envelope)| Some((entry, envelope.as_ref()?))).collect();
    let signed = envelopes.iter().filter(|(_, envelope)| !envelope.signatures.is_empty()).count();
    let Some(signers) = signers else {
        let why = format!("{signed} of {} statements are signed; by whom was not checked (--allowed-signers)", envelopes.len());
        return Checked::not_run("identity", &why);
    };
    let of_entries = in_order(&envelopes, threads(), |(entry, envelope)| faults_of(entry, envelope, signers));
    let mut faults = of_entries.concat();
    faults.extend(of_checkpoint(found, signers));
    Checked::of("identity", format!("{signed} of {} statements are signed", envelopes.len()), faults)
}

fn faults_of(entry: &TrailEntry, envelope: &Envelope, signers: &AllowedSigners) -> Vec<Fault> {
    let mut faults = Vec::new();
    let states = envelope.signature_states(signers, &entry.appended_at);
    for state in &states {
        if let SignatureState::Forged { principal } = state {
            let what = format!("entry {} bears a signature in the name of {} that is not theirs", entry.seq, plain(principal));
            faults.push(Fault::tampered("forged", what));
        }
    }
    if states.iter().any(|state| matches!(state, SignatureState::Valid { .. })) {
        return faults;
    }
    let late = states.iter().find_map(|state| match state {
        SignatureState::NotThen { principal } => Some(principal),
        _ => None,
    });
    faults.push(match late {
        Some(who) => {
            let what = format!("entry {} is signed by {}, who might not sign at {}", entry.seq, plain(who), entry.appended_at);
            Fault::unverifiable("not-then", what)
        }
        None if states.is_empty() => Fault::unverifiable("unsigned", format!("entry {} is not signed", entry.seq)),
        None => Fault::unverifiable("unknown-signer", format!("entry {} is signed by nobody who is listed", entry.seq)),
    });
    faults
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
