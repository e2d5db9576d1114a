//! What end-to-end tests share: a way to run the program, sample inputs, and real data where it is there.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking"
)]

pub mod forge;
mod gate;
mod inputs;
mod real_data;

pub use gate::{Gate, Outcome};
pub use inputs::{CONFIG, Rows, loans_csv};
pub use real_data::{adult, real_data};

/// The folder of this package. Asked for when a test runs, not when it is compiled: clones may share one target folder.
#[must_use]
pub fn folder() -> std::path::PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map(std::path::PathBuf::from).expect("cargo says where the package lies")
}
