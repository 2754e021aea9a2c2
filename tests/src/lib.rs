//! What the tests of chinwag share.
