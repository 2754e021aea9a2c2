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
  /login {name} - log in to your account
  /logout - log out of it
  /moderation - lists the commands of operators
  /quit - quits server
";

/// What `/moderation` says.
pub(super) const MODERATION: &str = "Moderation commands
  /kick {name} {why} - put somebody out of the room
  /ban {name} {time} {why} - put them out and keep them out, for 10m, 2h, 3d, 1w or for good
  /unban {name} - let them in again
  /bans - list who is kept out of the room
  /mute {name} {time} - let nobody in the room hear them, for 10m or for good
  /unmute {name} - let them be heard again
  /invite {name} - let somebody know of the room, and in
  /lock - let only those in who are invited
  /unlock - let everybody in
  /key {word} - let only those in who type /join {room} {word}, or remove the key
  /op {name} - let somebody keep order as you do, or list who does
  /deop {name} - let them do so no more
  /own {name} - have the room keep all that for your account, or for theirs
  /disown - have it belong to no account any more
  /oper {account} - be an operator of the server, by the password of an account
  /announce {text} - tell something to all rooms, as an operator of the server
";
