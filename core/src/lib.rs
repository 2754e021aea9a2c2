//! The sans-IO heart of the chinwag chat server.
