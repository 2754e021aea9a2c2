//! The alerts for Prometheus and the dashboard for Grafana: Prometheus understands all that they ask for, a server has
//! all that they look at, and each alert has a test.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use chinwag_tests::{Adapter, Program, fetch};
use rustix::process::Signal;
use serde_json::Value;

use crate::{Folder, root, run};

fn monitoring() -> PathBuf {
    root().join("docs/monitoring")
}

fn read(name: &str) -> String {
    fs::read_to_string(monitoring().join(name)).expect("it is there")
}

/// What stands after `word` on each line that begins with it.
fn after(text: &str, word: &str) -> BTreeSet<String> {
    text.lines()
        .filter_map(|line| Some(line.trim_start().trim_start_matches(['-', '{', ' ']).split_once(word)?.1))
        .map(|name| name.trim().trim_end_matches(['}', ' ']).to_owned())
        .collect()
}

/// All that is asked of Prometheus in a dashboard, wherever it stands.
fn expressions(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(fields) => {
            let own = fields.get("expr").and_then(Value::as_str);
            own.into_iter().chain(fields.values().flat_map(expressions)).collect()
        }
        Value::Array(values) => values.iter().flat_map(expressions).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn dashboard() -> Value {
    serde_json::from_str(&read("dashboard.json")).expect("it is JSON")
}

#[test]
fn each_alert_fires_when_it_should_and_not_when_not() {
    let alerts = after(&read("alerts.yml"), "alert:");
    assert!(!alerts.is_empty());
    let rules = read("alerts.test.yml");
    let (quiet, loud) = rules.split_once("\n  - name: who is down").expect("the first test is of a quiet server");
    assert_eq!(after(quiet, "alertname:"), alerts, "none of them fires for a quiet server");
    for alert in &alerts {
        let fires = format!("alertname: {alert}\n        exp_alerts:\n");
        assert!(loud.contains(&fires), "no test shows that {alert} fires");
    }
    let mut promtool = Command::new("promtool");
    run(promtool.args(["check", "rules", "alerts.yml"]).current_dir(monitoring()));
    let mut promtool = Command::new("promtool");
    run(promtool.args(["test", "rules", "alerts.test.yml"]).current_dir(monitoring()));
}

#[test]
fn prometheus_understands_what_the_dashboard_asks() {
    let dashboard = dashboard();
    let asked = expressions(&dashboard);
    let mut rules = "groups:\n- name: dashboard\n  rules:\n".to_owned();
    for (number, expression) in asked.iter().enumerate() {
        // What Grafana puts in.
        let expression = expression.replace("$__rate_interval", "5m").replace("$job", "a").replace("$instance", "b");
        assert!(!expression.contains('$'), "{expression}");
        let expression = Value::String(expression);
        write!(rules, "  - record: dashboard:asked:{number}\n    expr: {expression}\n").expect("a string takes all");
    }
    let folder = Folder::new("dashboard");
    let path = folder.0.join("rules.yml");
    fs::write(&path, rules).expect("there is room");
    let said = run(Command::new("promtool").args(["check", "rules"]).arg(path));
    assert!(said.contains(&format!("{} rules found", asked.len())), "{said}");
}

#[test]
fn panels_have_a_place_and_a_number_of_their_own_and_say_what_they_show() {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().expect("it has panels");
    let mut places = BTreeSet::new();
    let mut numbers = BTreeSet::new();
    for panel in panels {
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|key| panel["gridPos"][key].as_u64().expect("it has a place"));
        assert!(x + w <= 24, "it is wider than Grafana: {panel}");
        let is_free = (x..x + w).all(|x| (y..y + h).all(|y| places.insert((x, y))));
        assert!(is_free && numbers.insert(panel["id"].as_u64()), "{panel}");
        assert!(["title", "description"].iter().all(|key| panel[key].as_str().is_some_and(|text| !text.is_empty())));
    }
}

/// The names of metrics, and the kinds of incidents, in a text.
fn named(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| word.starts_with("chinwag_")).collect()
}

#[test]
fn a_server_has_all_that_is_looked_at() {
    let (server, _, web) = Program::start_web(Adapter::Smol, [""; 0]);
    let metrics = fetch(web, "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    server.signal(Signal::TERM);
    assert_eq!(server.join().code, Some(0));
    let has = named(&metrics);
    // Of other servers, TLS, history and recording it tells nothing without an engine, a certificate, or a folder.
    let told = fs::read_to_string(root().join("io/src/metrics.rs")).expect("it is there");
    let is_told = |name: &str| {
        let name = name.trim_start_matches("chinwag_").trim_end_matches("_total");
        ["cluster_", "tls_", "history_", "recording_", "shadow_"].iter().any(|part| name.starts_with(part))
            && told.contains(&format!("\"{name}\""))
    };
    for name in ["alerts.yml", "alerts.test.yml", "dashboard.json"] {
        let text = read(name);
        let missing: Vec<_> = named(&text).into_iter().filter(|name| !has.contains(name) && !is_told(name)).collect();
        assert!(missing.is_empty(), "{name} looks at {missing:?}");
        for kinds in text.split("kind=").skip(1) {
            let kinds =
                kinds.trim_start_matches(['~', '\\', '"']).split(['"', '\\']).next().expect("a split has a part");
            for kind in kinds.split('|') {
                assert!(metrics.contains(&format!("kind=\"{kind}\"")), "{name} looks at the incident {kind}");
            }
        }
    }
    // What is told is looked at, too: a metric has a panel.
    let dashboard = read("dashboard.json");
    for metric in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')) {
        assert!(dashboard.contains(metric.0), "{} has no panel", metric.0);
    }
}
