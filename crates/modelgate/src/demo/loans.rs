//! The sample data: made-up loan applications with a known story, the same on every machine.
//!
//! # The story
//! People apply for a small loan; the label says whether they paid it back. What makes people pay back is known,
//! because this file makes it so:
//!
//! * income helps, debt in relation to income hurts, each earlier default hurts a lot;
//! * for people who work, every year with the present employer helps: it stands for a steady income;
//! * people of 65 and over are retired. They have **no** present employer, so `years_employed` is 0, yet a pension is as
//!   steady as a long employment: they pay back about as well as somebody after twelve years in a job;
//! * region has a small effect, sex has none on paying back, but women's incomes are lower by a tenth.
//!
//! Release `v1.0` does not use `years_employed`. The candidate does: it gets better for everybody who works, and on
//! average, and it takes the zero of the retired for a reason to refuse them. That is what the gate has to see.

use std::fmt::Write as _;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Applications in each of the two files.
pub(crate) const ROWS_PER_FILE: usize = 6_000;

/// The columns of both files.
pub(crate) const HEADER: &str = "application_id,sex,age,region,income,debt_ratio,prior_defaults,years_employed,repaid";

const REGIONS: [(&str, f64); 4] = [("north", 0.1), ("south", -0.2), ("east", 0.0), ("west", 0.1)];

/// The two files: rows to train on and rows to evaluate on.
pub(crate) fn files() -> [String; 2] {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(20_240_229);
    let mut next_id = 0;
    [(); 2].map(|()| {
        let mut text = format!("{HEADER}\n");
        for _ in 0..ROWS_PER_FILE {
            next_id += 1;
            Application::draw(&mut random).write(next_id, &mut text);
        }
        text
    })
}

struct Application {
    sex: &'static str,
    age: u32,
    region: &'static str,
    income: f64,
    debt_ratio: f64,
    prior_defaults: u32,
    years_employed: u32,
    repaid: bool,
}

impl Application {
    fn draw(random: &mut impl Rng) -> Self {
        let woman = random.r#gen::<f64>() < 0.5;
        let age = draw_age(random);
        let retired = age >= 65;
        let (region, region_effect) = REGIONS[random.gen_range(0..REGIONS.len())];
        let log_income = 3.5 + 0.4 * normal(random) - if woman { 0.105 } else { 0.0 } - if retired { 0.1 } else { 0.0 };
        let income = libm::exp(log_income);
        let debt_ratio = (0.35 + 0.15 * normal(random)).clamp(0.0, 1.0);
        let prior_defaults = [0.72, 0.92, 0.98].iter().filter(|share| random.r#gen::<f64>() > **share).count();
        let years_employed = if retired { 0 } else { draw_years(random, age) };
        let steadiness = if retired { 12.0 } else { f64::from(years_employed) };
        let logit = -1.35 + 0.9 * (log_income - 3.4) / 0.4 - 3.0 * (debt_ratio - 0.35) - 1.2 * prior_defaults as f64
            + 0.28 * steadiness.min(15.0)
            + region_effect;
        let repaid = random.r#gen::<f64>() < 1.0 / (1.0 + libm::exp(-logit));
        let prior_defaults = u32::try_from(prior_defaults).unwrap_or(3);
        Self { sex: if woman { "F" } else { "M" }, age, region, income, debt_ratio, prior_defaults, years_employed, repaid }
    }

    fn write(&self, id: usize, text: &mut String) {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{id},{},{},{},{:.1},{:.3},{},{},{}",
            self.sex,
            self.age,
            self.region,
            self.income,
            self.debt_ratio,
            self.prior_defaults,
            self.years_employed,
            if self.repaid { "yes" } else { "no" }
        );
    }
}

/// Mostly people of working age, and about one in six retired.
fn draw_age(random: &mut impl Rng) -> u32 {
    if random.r#gen::<f64>() < 0.17 { random.gen_range(65..86) } else { random.gen_range(20..65) }
}

/// Years with the present employer: short for most, never longer than since the age of 18.
fn draw_years(random: &mut impl Rng, age: u32) -> u32 {
    let longest = f64::from(age - 18);
    let drawn = -6.0 * libm::log(1.0 - random.r#gen::<f64>());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 46")]
    let years = drawn.min(longest) as u32;
    years
}

/// About a standard normal number: twelve uniform ones, less six. Additions only, so the same bits everywhere.
fn normal(random: &mut impl Rng) -> f64 {
    (0..12).map(|_| random.r#gen::<f64>()).sum::<f64>() - 6.0
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_story_is_in_the_rows() {
        let [train, test] = files();
        assert_eq!((train.lines().count(), test.lines().count()), (ROWS_PER_FILE + 1, ROWS_PER_FILE + 1));
        let (mut retired, mut retired_repaid, mut fresh, mut fresh_repaid) = (0, 0, 0, 0);
        for line in test.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let (age, years, repaid) = (cells[2].parse::<u32>().unwrap(), cells[7].parse::<u32>().unwrap(), cells[8] == "yes");
            if age >= 65 {
                assert_eq!(years, 0, "the retired have no employer");
                retired += 1;
                retired_repaid += u32::from(repaid);
            } else if years == 0 {
                fresh += 1;
                fresh_repaid += u32::from(repaid);
            }
        }
        let (of_retired, of_fresh) = (f64::from(retired_repaid) / f64::from(retired), f64::from(fresh_repaid) / f64::from(fresh));
        assert!(of_retired > of_fresh + 0.2, "retired {of_retired}, new in their job {of_fresh}");
    }
}
