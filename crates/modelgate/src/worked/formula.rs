//! Formulas of counts as the catalogue writes them: shown with numbers in the place of letters, and computed.

/// The rows by label and prediction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) tp: f64,
    pub(super) fp: f64,
    pub(super) fn_: f64,
    pub(super) tn: f64,
}

/// A piece of a formula.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'a> {
    /// A count, by its letters, or a number.
    Number(f64),
    /// The square root of what follows in parentheses.
    Root,
    /// One of `+ - / ( )`.
    Sign(&'a str),
}

/// The formula with the counts in the place of their letters, `×` where two stand side by side. None where it is made
/// of anything else than counts.
pub(super) fn with_numbers(formula: &str, counts: &Counts) -> Option<String> {
    let mut text = String::new();
    let mut before: Option<Token<'_>> = None;
    for token in tokens(formula, counts)? {
        let opens = token != Token::Sign(")") && !is_operator(token);
        match before {
            Some(Token::Sign("(") | Token::Root) | None => {}
            Some(_) if token == Token::Sign(")") => {}
            Some(last) if opens && !is_operator(last) => text.push_str(" × "),
            Some(_) => text.push(' '),
        }
        match token {
            Token::Number(number) => text.push_str(&number.to_string()),
            Token::Root => text.push_str("sqrt"),
            Token::Sign(sign) => text.push_str(sign),
        }
        before = Some(token);
    }
    Some(text)
}

fn is_operator(token: Token<'_>) -> bool {
    matches!(token, Token::Sign("+" | "-" | "/"))
}

/// The pieces of a formula up to a comma, behind which words follow.
fn tokens<'a>(formula: &'a str, counts: &Counts) -> Option<Vec<Token<'a>>> {
    let mut rest = formula.split(',').next()?.trim();
    let mut found = Vec::new();
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() {
            rest.find(|next: char| !next.is_alphanumeric() && next != '.').unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(length);
        found.push(match word {
            "TP" => Token::Number(counts.tp),
            "FP" => Token::Number(counts.fp),
            "FN" => Token::Number(counts.fn_),
            "TN" => Token::Number(counts.tn),
            "P" => Token::Number(counts.tp + counts.fn_),
            "N" => Token::Number(counts.tn + counts.fp),
            "n" => Token::Number(counts.tp + counts.fp + counts.fn_ + counts.tn),
            "sqrt" => Token::Root,
            "+" | "-" | "/" | "(" | ")" => Token::Sign(word),
            _ => Token::Number(word.parse().ok()?),
        });
        rest = after.trim_start();
    }
    Some(found)
}

/// The number that a formula of counts gives; None where it is made of anything else.
#[cfg(test)]
pub(super) fn value_of(formula: &str, counts: &Counts) -> Option<f64> {
    let tokens = tokens(formula, counts)?;
    let mut reader = Reader { tokens: &tokens };
    let value = reader.sum()?;
    reader.tokens.is_empty().then_some(value)
}

/// Reads a formula from the left. Letters side by side are multiplied, which binds closer than a division.
#[cfg(test)]
struct Reader<'a, 'b> {
    tokens: &'b [Token<'a>],
}

#[cfg(test)]
impl Reader<'_, '_> {
    fn take(&mut self, sign: &str) -> bool {
        let is_next = self.tokens.first() == Some(&Token::Sign(sign));
        if is_next {
            self.tokens = &self.tokens[1..];
        }
        is_next
    }

    fn sum(&mut self) -> Option<f64> {
        let mut total = self.quotient()?;
        loop {
            if self.take("+") {
                total += self.quotient()?;
            } else if self.take("-") {
                total -= self.quotient()?;
            } else {
                return Some(total);
            }
        }
    }

    fn quotient(&mut self) -> Option<f64> {
        let mut value = self.product()?;
        while self.take("/") {
            value /= self.product()?;
        }
        Some(value)
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.factor()??;
        while let Some(factor) = self.factor()? {
            value *= factor;
        }
        Some(value)
    }

    /// The next factor, nothing inside where none follows; nothing at all where a parenthesis is left open.
    #[expect(clippy::option_option, reason = "the end of a product is no mistake in it")]
    fn factor(&mut self) -> Option<Option<f64>> {
        match self.tokens.first() {
            Some(Token::Number(number)) => {
                self.tokens = &self.tokens[1..];
                Some(Some(*number))
            }
            Some(Token::Root) => {
                self.tokens = &self.tokens[1..];
                Some(Some(self.factor()??.sqrt()))
            }
            Some(Token::Sign("(")) => {
                self.tokens = &self.tokens[1..];
                let inner = self.sum()?;
                self.take(")").then_some(Some(inner))
            }
            _ => Some(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTS: Counts = Counts { tp: 5.0, fp: 4.0, fn_: 2.0, tn: 4.0 };

    #[test]
    fn letters_become_numbers_and_words_end_a_formula() {
        let shown = |formula| with_numbers(formula, &COUNTS);
        assert_eq!(shown("(TP + TN) / n, as accuracy").as_deref(), Some("(5 + 4) / 15"));
        assert_eq!(shown("0.25 FN / sqrt(P (TP + FN))").as_deref(), Some("0.25 × 2 / sqrt(7 × (5 + 2))"));
        assert_eq!(shown("mean of (s - y)^2"), None);
        assert_eq!(shown("2 AUC - 1"), None);
    }

    #[test]
    fn a_formula_is_computed_as_it_is_read() {
        let value = |formula| value_of(formula, &COUNTS);
        assert_eq!(value("2 TP / (2 TP + FP + FN)"), Some(0.625));
        assert_eq!(value("TP TN / (FP FN)"), Some(2.5));
        assert_eq!(value("TP / P + TN / N - 1"), Some(5.0 / 7.0 + 0.5 - 1.0));
        assert_eq!(value("sqrt(FP) (TP + FN"), None);
    }
}
