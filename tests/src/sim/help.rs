//! Owns the help as the protocol has it, byte for byte, so that a change of it is seen.

/// What `/help` says and every newcomer sees, byte for byte.
pub const HELP: &str = "Server commands
  /help - prints this message
  /name {name} - change name
  /rooms - list rooms
  /join {room} - join room
  /users - lists users in current room
  /quit - quits server
";
