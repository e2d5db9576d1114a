//! Bundles of counts: what is read can be stored and read again.
#![no_main]

use modelgate_cube::{Bundle, Disclosed, FeatureTable};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(bundle) = Bundle::decode(bytes)
        && let Ok(stored) = bundle.encode()
    {
        assert!(Bundle::decode(&stored).is_ok(), "a bundle that is not read again");
    }
    let _ = Disclosed::decode(bytes);
    let _ = FeatureTable::from_json(&String::from_utf8_lossy(bytes));
});
