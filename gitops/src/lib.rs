//! Promotion of build locks to rendered stage branches.
