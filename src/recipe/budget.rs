//! What one reading may take: the memory of what it makes of the pages, and the steps that it walks through them.
//!
//! `Recipe` begins a reading, and whatever copies texts or walks through trees charges it. The bytes of a page and the parts of its tree are
//! bounded elsewhere, and bound neither: of rows within rows each has the text of all that it holds, a cell may reach into a thousand
//! rows, and what stands around a list is copied into each of its rows. Outside of a reading nothing is counted.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::Refusal;
use super::bounds::TooMany;

/// Every reading may make so many bytes …
const FEW_BYTES: usize = 32 << 20;
/// … and for each byte of its pages so many more …
const BYTES_A_BYTE: usize = 8;
/// … and never more than this.
const MOST_BYTES: usize = 128 << 20;

/// Every reading may take so many steps, which is a second …
const FEW_STEPS: usize = 256 << 20;
/// … and for each byte of its pages so many more.
const STEPS_A_BYTE: usize = 64;

/// What a reading may still take.
#[derive(Debug, Clone, Copy)]
pub struct Left {
    /// So many bytes to keep.
    pub bytes: usize,
    /// So many steps.
    pub steps: usize,
}

thread_local! {
    static LEFT: Cell<Option<Left>> = const { Cell::new(None) };
}

/// Reads pages of so many bytes, and ends the reading when it becomes too much.
pub fn within<T>(bytes: usize, read: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    let left = Left {
        bytes: bytes.saturating_mul(BYTES_A_BYTE).saturating_add(FEW_BYTES).min(MOST_BYTES),
        steps: bytes.saturating_mul(STEPS_A_BYTE).saturating_add(FEW_STEPS),
    };
    within_these(left, read)
}

/// Reads within these bounds.
pub fn within_these<T>(left: Left, read: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    let before = LEFT.replace(Some(left));
    // The code that makes rows and texts knows no errors, so what is too much leaves it as an unwinding that no panic hook sees.
    let result = catch_unwind(AssertUnwindSafe(read));
    LEFT.set(before);
    result.unwrap_or_else(|why| match why.downcast::<TooMany>() {
        Ok(_) => Err(Refusal::Unreadable {
            at: "the answers".to_owned(),
            expected: "a docket".to_owned(),
            found: "pages that become many times larger when they are read; that is no docket".to_owned(),
        }),
        Err(panic) => resume_unwind(panic),
    })
}

/// So many bytes are made and kept.
pub fn keep(bytes: usize) {
    charge(bytes, 0);
}

/// So many steps are taken.
pub fn step(steps: usize) {
    charge(0, steps);
}

fn charge(bytes: usize, steps: usize) {
    if let Some(left) = LEFT.get() {
        match (left.bytes.checked_sub(bytes), left.steps.checked_sub(steps)) {
            (Some(bytes), Some(steps)) => LEFT.set(Some(Left { bytes, steps })),
            _ => resume_unwind(Box::new(TooMany)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_ends_when_it_becomes_too_much_and_the_next_begins_anew() {
        let read = |times: usize, charge: fn(usize)| {
            within_these(Left { bytes: 10, steps: 10 }, || {
                (0..times).for_each(|_| charge(1));
                Ok(())
            })
        };
        for charge in [keep, step] {
            assert_eq!(read(10, charge), Ok(()));
            assert!(matches!(read(11, charge), Err(Refusal::Unreadable { .. })));
            assert_eq!(read(10, charge), Ok(()));
        }
        keep(usize::MAX);
    }

    #[test]
    fn another_panic_goes_on_and_leaves_no_budget_behind() {
        let panics = || catch_unwind(|| within(0, || -> Result<(), Refusal> { std::panic::resume_unwind(Box::new("other")) }));
        assert!(panics().is_err());
        assert!(LEFT.get().is_none());
    }
}
