//! How a server starts: where it can be reached, what it says then, and what it says if it can't be.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;

use chinwag_tests::{Adapter, Browser, Ended, Person, Program, fetch};
use rustix::process::Signal;

use crate::{assert_one_line, assert_talk, stop};

#[test]
fn port_0_takes_a_free_port_which_the_only_line_on_standard_output_tells() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, [""; 0]);
        assert_eq!(addr.ip(), IpAddr::from(Ipv4Addr::LOCALHOST));
        assert_ne!(addr.port(), 0);
        assert_talk(addr);
        stop(server);
    }
}

#[test]
fn who_speaks_another_protocol_is_told_the_port_that_it_has_here() {
    for adapter in Adapter::ALL {
        let (server, [lines, web, irc]) = Program::start_all(adapter, [""; 0]);
        let told = |addr: SocketAddr, line: &str| {
            let mut socket = TcpStream::connect(addr).expect("the server listens");
            socket.write_all(line.as_bytes()).expect("the server reads");
            let mut reader = BufReader::new(socket);
            let mut answer = String::new();
            while !answer.contains("port") {
                let len = reader.read_line(&mut answer).expect("the server answers");
                assert_ne!(len, 0, "{answer}");
            }
            answer
        };
        for (addr, line, port) in [
            (lines, "NICK ann\r\n", format!("not for IRC, which is at port {}\r\n", irc.port())),
            (lines, "GET / HTTP/1.1\r\n\r\n", format!("not for HTTP, which is at port {}\n", web.port())),
            (irc, "GET / HTTP/1.1\r\n\r\n", format!("not for HTTP, which is at port {}\r\n", web.port())),
            (irc, "hello\n", format!("By telnet or nc people chat at port {}\r\n", lines.port())),
            (web, "hello\n", format!("chat at port {}, by IRC at port {}.\n", lines.port(), irc.port())),
        ] {
            // The head of an answer by HTTP comes before it.
            let answer = told(addr, line);
            assert!(answer.ends_with(&port), "{line:?}: {answer:?}");
        }
        stop(server);
    }
}

#[test]
fn a_server_listens_on_ipv6_too() {
    let has_ipv6 = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    for adapter in Adapter::ALL {
        let flags = ["--ip", "::1"];
        if !has_ipv6 {
            let ended = Program::run(adapter, flags.into_iter().chain(["--port", "0"]));
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
            assert_one_line(adapter, &ended.err, &["[::1]:0"]);
            continue;
        }
        let (server, addr) = Program::start(adapter, flags);
        assert_eq!(addr.ip(), IpAddr::from(Ipv6Addr::LOCALHOST));
        assert_talk(addr);
        stop(server);
        let (server, addr) = Program::start(adapter, ["-i", "::"]);
        assert_eq!(addr.ip(), IpAddr::from(Ipv6Addr::UNSPECIFIED));
        assert_talk(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), addr.port()));
        stop(server);
    }
}

#[test]
fn an_address_in_use_is_named() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, [""; 0]);
        for second in Adapter::ALL {
            let ended = Program::run(second, ["--port", &addr.port().to_string()]);
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
            assert_one_line(second, &ended.err, &[&addr.to_string(), "another program", "--port"]);
        }
        assert_talk(addr);
        stop(server);
    }
}

#[test]
fn a_port_is_free_again_as_soon_as_its_server_has_stopped() {
    for adapter in Adapter::ALL {
        let (server, addr) = Program::start(adapter, [""; 0]);
        let ann = Person::come(addr);
        stop(server);
        // The old connection is still being forgotten.
        drop(ann);
        let again = Program::spawn(adapter, Program::command(adapter).args(["--port", &addr.port().to_string()]));
        assert_eq!(again.read_ready(), addr);
        assert_talk(addr);
        stop(again);
    }
}

#[test]
fn an_address_of_another_machine_is_named() {
    // 192.0.2.0/24 and 2001:db8::/32 are for documentation; no machine has them.
    for adapter in Adapter::ALL {
        for (ip, shown) in [("192.0.2.1", "192.0.2.1:0"), ("2001:db8::1", "[2001:db8::1]:0")] {
            let ended = Program::run(adapter, ["--ip", ip, "--port", "0"]);
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
            assert_one_line(adapter, &ended.err, &[shown]);
        }
    }
}

#[test]
fn several_servers_run_beside_each_other() {
    let servers: Vec<_> =
        Adapter::ALL.iter().cycle().take(6).map(|&adapter| Program::start(adapter, [""; 0])).collect();
    let mut people: Vec<_> = servers.iter().map(|(_, addr)| Person::come(*addr)).collect();
    for person in &mut people {
        person.type_line("/rooms");
    }
    for person in &mut people {
        person.read_up_to("Rooms - main (1)");
    }
    for (server, _) in servers {
        stop(server);
    }
    for mut person in people {
        assert_eq!(person.read_to_end(), "Server is shutting down\n");
    }
}

#[test]
fn a_server_serves_although_nobody_reads_what_it_writes() -> io::Result<()> {
    for adapter in Adapter::ALL {
        let (unread, out) = io::pipe()?;
        drop(unread);
        let server = Program::spawn(adapter, Program::command(adapter).args(["--port", "0"]).stdout(Stdio::from(out)));
        let line = server.read_log("serving");
        let addr = line.trim_end().rsplit_once("address=").expect("the log tells the address").1;
        assert_talk(addr.parse().expect("it is an address"));
        stop(server);

        let (unread, err) = io::pipe()?;
        drop(unread);
        let mut command = Program::command(adapter);
        let server =
            Program::spawn(adapter, command.args(["--port", "0"]).env("RUST_LOG", "debug").stderr(Stdio::from(err)));
        assert_talk(server.read_ready());
        server.signal(Signal::TERM);
        assert_eq!(server.join(), Ended { code: Some(0), out: String::new(), err: String::new() });
    }
    Ok(())
}

#[test]
fn the_second_line_tells_where_the_web_page_is() {
    for adapter in Adapter::ALL {
        let (server, addr, web_addr) = Program::start_web(adapter, [""; 0]);
        let page = fetch(web_addr, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("<!doctype html>"), "{page}");
        assert!(!Browser::come(web_addr).name().is_empty());
        assert_talk(addr);
        stop(server);
    }
}

#[test]
fn an_address_in_use_for_the_web_page_is_named_if_it_was_chosen_and_done_without_if_not() {
    for adapter in Adapter::ALL {
        let (server, _, web_addr) = Program::start_web(adapter, [""; 0]);
        let mut second = Program::web_command(adapter);
        second.args(["--port", "0", "--web", &web_addr.to_string()]);
        let ended = Program::spawn(adapter, &mut second).join();
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
        assert_one_line(adapter, &ended.err, &[&web_addr.to_string(), "another program", "--web"]);
        stop(server);
        // Whoever has the address that nobody chose: this one, or another that runs here.
        let [first, second] = [(); 2].map(|()| {
            let server = Program::spawn(adapter, Program::web_command(adapter).args(["--port", "0"]));
            assert_talk(server.read_ready_at_the_usual_port());
            server
        });
        let _ = second.read_log("no web page: can't listen on 127.0.0.1:42080: another program has this address");
        for server in [first, second] {
            server.signal(Signal::TERM);
            assert_eq!(server.join().code, Some(0));
        }
    }
}
