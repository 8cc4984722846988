//! What telemetry-schema says about a declaration, said on the user's words.

use telemetry_schema::Problem;

use crate::mistakes::Mistakes;
use crate::spans::Spans;

/// Adds every problem to the mistakes.
pub(crate) fn report(problems: Vec<Problem>, spans: &Spans, mistakes: &mut Mistakes) {
    for problem in problems.into_iter().filter(|problem| !spans.is_consequence(problem.place)) {
        mistakes.push(spans.of(problem.place), problem.message);
    }
}
