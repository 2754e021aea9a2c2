//! Owns the help as the protocol has it, byte for byte, so that a change of it is seen.

/// What `/help` says and every newcomer sees, byte for byte.
pub const HELP: &str = "Server commands
  /help - prints this message
  /name {name} - change name
  /rooms - list rooms
  /join {room} - join room
  /users - lists users in current room
  /me {action} - do something, like /me waves
  /msg {name} {text} - write to one person alone
  /reply {text} - write to who wrote to you last
  /topic {topic} - set the topic of the room, or show it
  /history {count} - shows what was said before
  /search {words} - find what was said in your rooms
  /ignore {name} - hear no more of somebody, or list them
  /unignore {name} - hear them again
  /moderation - lists the commands of operators
  /quit - quits server
";
