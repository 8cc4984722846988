//! The plain add.

use std::cell::Cell;
use std::rc::Rc;

use super::side;
use crate::side::Side;

pub fn sides() -> [Side<'static>; 1] {
    let cell = Rc::new(Cell::new(0_u64));
    let total = Rc::clone(&cell);
    [side("plain add", cell, |cell| cell.set(cell.get() + 1), move || total.get())]
}
