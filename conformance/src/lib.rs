//! Recorded Helm output, replayed and compared.
