//! Where policies come from: a watched file.
