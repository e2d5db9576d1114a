//! Numbers as people read them: a fixed number of digits, a true minus sign, grouped thousands.

use modelgate_eval::MetricId;

/// U+2212: as wide as a plus sign, and read aloud as "minus".
const MINUS: char = '−';

/// Between groups of three digits, and before a percent sign.
const THIN: char = '\u{202F}';

/// The digits after the point.
const DIGITS: usize = 3;

/// Whether a metric counts rows, so that it is shown as a whole number.
fn is_count(metric: MetricId) -> bool {
    metric.as_str() == "count"
}

/// A metric's value.
pub(crate) fn value(metric: MetricId, value: f64) -> String {
    if is_count(metric) { grouped(&format!("{value:.0}")) } else { fixed(value) }
}

/// A change of a metric, always with its sign.
pub(crate) fn change(metric: MetricId, change: f64) -> String {
    let digits = if is_count(metric) { 0 } else { DIGITS };
    let size = format!("{:.digits$}", change.abs());
    let size = if is_count(metric) { grouped(&size) } else { size };
    let zero = size.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    match (zero, change < 0.0) {
        (true, _) => format!("±{size}"),
        (false, true) => format!("{MINUS}{size}"),
        (false, false) => format!("+{size}"),
    }
}

/// Three digits after the point.
pub(crate) fn fixed(value: f64) -> String {
    signed_text(value, format!("{:.DIGITS$}", value.abs()))
}

/// A limit as it was written, with three digits at least.
pub(crate) fn limit(value: f64) -> String {
    let shortest = value.abs().to_string();
    let decimals = shortest.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let text = if decimals < DIGITS { format!("{:.DIGITS$}", value.abs()) } else { shortest };
    signed_text(value, text)
}

fn signed_text(value: f64, size: String) -> String {
    let zero = size.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !zero { format!("{MINUS}{size}") } else { size }
}

/// A whole number.
pub(crate) fn whole(value: u64) -> String {
    grouped(&value.to_string())
}

/// A number that counts rows.
pub(crate) fn whole_of(value: f64) -> String {
    grouped(&format!("{value:.0}"))
}

/// A number of rows, which may be one that is not shown.
pub(crate) fn rows(rows: Option<u64>) -> String {
    rows.map_or_else(|| "an unshown number of".to_owned(), whole)
}

/// A number of things in a list.
pub(crate) fn many(value: usize) -> String {
    grouped(&value.to_string())
}

/// A number of things with their name, such as `1 check` and `2 checks`.
pub(crate) fn counted(value: usize, one: &str, several: &str) -> String {
    format!("{} {}", many(value), if value == 1 { one } else { several })
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// A share or a confidence level, such as `95 %`.
pub(crate) fn percent(share: f64) -> String {
    let text = format!("{:.2}", share * 100.0);
    format!("{}{THIN}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn values_have_three_digits_and_a_true_minus() {
        let accuracy = MetricId::parse("accuracy").unwrap();
        assert_eq!(value(accuracy, 0.8), "0.800");
        assert_eq!(value(accuracy, -0.0001), "0.000");
        assert_eq!(change(accuracy, -0.0712), "−0.071");
        assert_eq!(change(accuracy, 0.0031), "+0.003");
        assert_eq!(change(accuracy, -0.0001), "±0.000");
    }

    #[test]
    fn counts_are_whole_and_grouped() {
        let count = MetricId::parse("count").unwrap();
        assert_eq!(value(count, 1_234_567.0), "1\u{202F}234\u{202F}567");
        assert_eq!(change(count, -1204.0), "−1\u{202F}204");
        assert_eq!(whole(999), "999");
        assert_eq!(counted(1, "check", "checks"), "1 check");
    }

    #[test]
    fn limits_keep_every_digit_that_was_written() {
        assert_eq!(limit(0.8), "0.800");
        assert_eq!(limit(0.0005), "0.0005");
        assert_eq!(limit(-0.03), "−0.030");
        assert_eq!(percent(0.95), "95\u{202F}%");
        assert_eq!(percent(0.975), "97.5\u{202F}%");
    }
}
