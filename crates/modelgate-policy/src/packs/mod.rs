//! Packs of controls: what laws and standards ask for, held against what was measured, declared and attested.

pub(crate) mod employment;
pub(crate) mod evidence;
pub(crate) mod expression;
pub(crate) mod facts;
pub(crate) mod judge;
pub(crate) mod loosened;
pub(crate) mod pack;
pub(crate) mod people;
pub(crate) mod state;
#[cfg(test)]
mod tests;
