//! Literals that are no strings, in a table: equal ones have one key, whatever their type.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::model::{Literal, Number};
use crate::value::Value;

/// 2^63: the doubles below it, down to its negative, have an i64 if they are whole.
const I64_END: f64 = 9_223_372_036_854_775_808.0;

/// The policies that each literal is the gate of.
#[derive(Debug, Default)]
pub(crate) struct ExactGates {
    bytes: HashMap<Box<[u8]>, Vec<u32>, FixedState>,
    scalars: HashMap<Scalar, Vec<u32>, FixedState>,
}

/// A value without a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scalar {
    Bool(bool),
    /// Also a double that is a whole number.
    Int(i64),
    /// The bits of any other double.
    Double(u64),
}

impl Scalar {
    /// `None` if it is no scalar, or equal to nothing.
    pub(crate) fn of_literal(literal: &Literal) -> Option<Self> {
        match literal {
            Literal::Bool(flag) => Some(Self::Bool(*flag)),
            Literal::Number(Number::Int(int)) => Some(Self::Int(*int)),
            Literal::Number(Number::Double(double)) => Self::of_double(*double),
            Literal::Text(_) | Literal::Bytes(_) => None,
        }
    }

    fn of_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bool(flag) => Some(Self::Bool(flag)),
            Value::Int(int) => Some(Self::Int(int)),
            Value::Double(double) => Self::of_double(double),
            Value::Text(_) | Value::Bytes(_) | Value::Other => None,
        }
    }

    fn of_double(double: f64) -> Option<Self> {
        if double.is_nan() {
            return None;
        }
        let is_int = double.fract() == 0.0 && (-I64_END..I64_END).contains(&double);
        Some(if is_int { Self::Int(double as i64) } else { Self::Double(double.to_bits()) })
    }
}

impl ExactGates {
    /// Whether a policy may enter by the literal.
    pub(crate) fn takes(literal: &Literal) -> bool {
        matches!(literal, Literal::Bytes(_)) || Scalar::of_literal(literal).is_some()
    }

    /// Makes the literal, which must be one that `takes` says so of, the gate of a policy.
    pub(crate) fn insert(&mut self, literal: &Literal, policy: u32) {
        match (literal, Scalar::of_literal(literal)) {
            (Literal::Bytes(bytes), _) => self.bytes.entry(bytes.as_slice().into()).or_default().push(policy),
            (_, Some(scalar)) => self.scalars.entry(scalar).or_default().push(policy),
            (_, None) => {}
        }
    }

    /// The policies that a value opens the gate of.
    #[inline]
    pub(crate) fn of(&self, value: Value<'_>) -> &[u32] {
        let policies = match value {
            Value::Bytes(bytes) if !self.bytes.is_empty() => self.bytes.get(bytes),
            Value::Bool(_) | Value::Int(_) | Value::Double(_) if !self.scalars.is_empty() => {
                Scalar::of_value(value).and_then(|scalar| self.scalars.get(&scalar))
            }
            _ => None,
        };
        policies.map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTS: [i64; 7] = [0, 1, -1, i64::MAX, i64::MIN, 9_007_199_254_740_993, 9_007_199_254_740_992];
    const DOUBLES: [f64; 10] =
        [0.0, -0.0, 1.0, 0.5, -1.0, I64_END, -I64_END, 9_007_199_254_740_992.0, f64::INFINITY, f64::NAN];

    #[test]
    fn a_gate_opens_for_equal_values_alone() {
        let ints = INTS.map(|int| (Literal::Number(Number::Int(int)), Value::Int(int)));
        let doubles = DOUBLES.map(|double| (Literal::Number(Number::Double(double)), Value::Double(double)));
        let others = [
            (Literal::Bool(true), Value::Bool(true)),
            (Literal::Bytes(vec![1]), Value::Bytes(&[1])),
            (Literal::Bytes(vec![]), Value::Bytes(&[])),
        ];
        let all: Vec<_> = ints.into_iter().chain(doubles).chain(others).collect();
        for (literal, _) in &all {
            let mut gates = ExactGates::default();
            gates.insert(literal, 7);
            for (_, value) in &all {
                let expected: &[u32] = if literal.equals(*value) { &[7] } else { &[] };
                assert_eq!(gates.of(*value), expected, "{literal:?} {value:?}");
            }
        }
    }
}
