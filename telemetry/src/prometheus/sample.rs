//! What stands before the value of a sample.

/// The name of a sample with the brace that opens its labels.
#[derive(Debug)]
pub(super) struct Sample(Box<str>);

impl Sample {
    pub(super) fn new(family: &str, suffix: &str) -> Self {
        Self(format!("{family}{suffix}{{").into())
    }

    /// Appends name and labels; what follows is the value.
    #[inline]
    pub(super) fn push(&self, out: &mut String, labels: &str) {
        if labels.is_empty() {
            out.push_str(&self.0[..self.0.len() - 1]);
            out.push(' ');
        } else {
            out.push_str(&self.0);
            out.push_str(labels);
            out.push_str("} ");
        }
    }

    /// Appends name and labels, of which `last` is one more with all that stands between it and the value.
    #[inline]
    pub(super) fn push_with(&self, out: &mut String, labels: &str, last: &str) {
        out.push_str(&self.0);
        if !labels.is_empty() {
            out.push_str(labels);
            out.push(',');
        }
        out.push_str(last);
    }
}

/// A last label and what stands between it and the value, for [`Sample::push_with`]. The value needs no escapes.
pub(super) fn last_label(key: &str, value: &str) -> Box<str> {
    format!("{key}=\"{value}\"}} ").into()
}
