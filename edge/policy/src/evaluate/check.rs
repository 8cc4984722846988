//! What is left to check of a policy whose gate is open.

use std::cmp::Ordering;

use super::session::Session;
use crate::compile::{Check, Test};
use crate::field::Level;
use crate::model::{Comparison, Literal, Number};
use crate::value::Value;

impl Session<'_, '_> {
    /// Keeps the policies that hold as far as this level can tell: those from the level above, whose checks of
    /// this level are new, and this level's candidates, whose checks are all new.
    pub(super) fn check_candidates(&mut self, level: Level) {
        let mut open = std::mem::take(&mut self.scratch.open[level as usize]);
        open.clear();
        if let Some(above) = (level as usize).checked_sub(1) {
            for position in 0..self.scratch.open[above].len() {
                let policy = self.scratch.open[above][position];
                if self.holds(policy, |check| check.level == level) {
                    open.push(policy);
                }
            }
        }
        for position in 0..self.scratch.candidates.len() {
            let policy = self.scratch.candidates[position];
            if self.holds(policy, |check| check.level <= level) {
                open.push(policy);
            }
        }
        self.scratch.open[level as usize] = open;
    }

    fn holds(&mut self, policy: u32, applies: impl Fn(&Check) -> bool) -> bool {
        let checks = &self.engine.policies[policy as usize].checks;
        checks.iter().filter(|check| applies(check)).all(|check| self.check(check))
    }

    fn check(&mut self, check: &Check) -> bool {
        let slot = check.slot;
        if self.engine.slots[slot.0 as usize].is_many {
            return self.any_holds(check) != check.negate;
        }
        let holds = match &check.test {
            Test::Exists => self.values[slot.0 as usize].is_some(),
            Test::Text(id) => self.scratch.texts[slot.0 as usize] == id.0,
            Test::Compare(comparison, number) => {
                self.values[slot.0 as usize].is_some_and(|value| comparison.holds(value, *number))
            }
            Test::Literal(literal) => self.values[slot.0 as usize].is_some_and(|value| literal.equals(value)),
            Test::Pattern(pattern) => self.finds(slot, *pattern),
        };
        holds != check.negate
    }
}

impl Comparison {
    /// Whether `value` is a number that stands so to `number`.
    pub(super) fn holds(self, value: Value<'_>, number: Number) -> bool {
        let ordering = number_of(value).and_then(|value| compare(value, number));
        match self {
            Self::Gt => ordering.is_some_and(Ordering::is_gt),
            Self::Gte => ordering.is_some_and(Ordering::is_ge),
            Self::Lt => ordering.is_some_and(Ordering::is_lt),
            Self::Lte => ordering.is_some_and(Ordering::is_le),
        }
    }
}

impl Literal {
    /// Whether `value` has this type and value.
    pub(crate) fn equals(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Text(text), Value::Text(value)) => text.as_bytes() == value,
            (Self::Bool(flag), Value::Bool(value)) => *flag == value,
            (Self::Bytes(bytes), Value::Bytes(value)) => bytes == value,
            (Self::Number(number), value) => {
                number_of(value).is_some_and(|value| compare(value, *number) == Some(Ordering::Equal))
            }
            _ => false,
        }
    }
}

fn number_of(value: Value<'_>) -> Option<Number> {
    match value {
        Value::Int(int) => Some(Number::Int(int)),
        Value::Double(double) => Some(Number::Double(double)),
        _ => None,
    }
}

/// Exact, also where an integer has no double; `None` if either is NaN.
pub(crate) fn compare(left: Number, right: Number) -> Option<Ordering> {
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
        (Number::Double(left), Number::Double(right)) => left.partial_cmp(&right),
        (Number::Int(left), Number::Double(right)) => compare_mixed(left, right),
        (Number::Double(left), Number::Int(right)) => compare_mixed(right, left).map(Ordering::reverse),
    }
}

fn compare_mixed(int: i64, double: f64) -> Option<Ordering> {
    /// 2^63, the first double above every i64.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if double.is_nan() {
        None
    } else if double >= BEYOND {
        Some(Ordering::Less)
    } else if double < -BEYOND {
        Some(Ordering::Greater)
    } else {
        // In this range the whole part is an i64 exactly, and the rest breaks the tie.
        let whole = double.trunc();
        Some(int.cmp(&(whole as i64)).then(0.0.partial_cmp(&(double - whole))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_doubles_compare_exactly() {
        let check =
            |int, double, expected| assert_eq!(compare_mixed(int, double), expected, "{int} {double}");
        check(9_007_199_254_740_993, 9_007_199_254_740_992.0, Some(Ordering::Greater));
        check(i64::MAX, 9_223_372_036_854_775_808.0, Some(Ordering::Less));
        check(i64::MIN, -9_223_372_036_854_775_808.0, Some(Ordering::Equal));
        check(-1, -1.5, Some(Ordering::Greater));
        check(1, 1.5, Some(Ordering::Less));
        check(0, -0.0, Some(Ordering::Equal));
        check(0, f64::NAN, None);
        check(0, f64::INFINITY, Some(Ordering::Less));
        check(0, f64::NEG_INFINITY, Some(Ordering::Greater));
    }
}
