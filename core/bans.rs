//! Breaks each ban of `clippy.toml` once. It is no part of the crate: `./check` gives it to clippy, which has to notice
//! all of it.

fn methods() {
    let _ = std::time::Instant::now();
    let _ = std::time::SystemTime::now();
    std::thread::sleep(Default::default());
    let _ = std::thread::spawn(|| {});
    let _ = std::env::var("HOME");
    let _ = std::env::args();
    let _ = std::fs::read("/");
    let _ = std::fs::write("/", "");
    let _ = std::io::stdin();
    let _ = std::io::stdout();
    let _ = std::io::stderr();
}

struct Types {
    mutex: std::sync::Mutex<()>,
    lock: std::sync::RwLock<()>,
    condvar: std::sync::Condvar,
    sender: std::sync::mpsc::Sender<()>,
    stream: std::net::TcpStream,
    listener: std::net::TcpListener,
    socket: std::net::UdpSocket,
    file: std::fs::File,
    command: std::process::Command,
    random: std::hash::RandomState,
}

fn macros() {
    std::print!("");
    std::println!();
    std::eprint!("");
    std::eprintln!();
}
