//! Owns the words in which a server's counts are told to programs that watch over it: the text format of Prometheus.
//!
//! Nothing is told by name or address: who may see this learns how many people there are, not who.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use chinwag_core::{Histogram, Stats};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::certificate::Renewals;
use crate::cluster::ClusterStatus;
use crate::history::HistoryCounts;
use crate::recording::{RecordingCounts, ShadowCounts};

const MICROS_PER_SECOND: f64 = 1e6;

/// Holds what is told at once.
#[derive(Debug)]
struct Counted {
    stats: Stats,
    /// By their keys.
    incidents: Vec<(&'static str, u64)>,
    tls: Option<TlsCounts>,
    kept: KeptCounts,
    cluster: Option<ClusterStatus>,
}

/// What is counted of what is kept on disk, if anything is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeptCounts {
    pub(crate) history: Option<HistoryCounts>,
    pub(crate) recording: Option<RecordingCounts>,
}

/// What is counted where there is TLS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TlsCounts {
    /// Handshakes that did not fail.
    pub(crate) secured: u64,
    pub(crate) renewals: Renewals,
    /// Until when the certificate is valid.
    pub(crate) expires: SystemTime,
}

/// Puts all that is counted into words.
pub(crate) fn encode(
    stats: Stats,
    incidents: Vec<(&'static str, u64)>,
    tls: Option<TlsCounts>,
    kept: KeptCounts,
    cluster: Option<ClusterStatus>,
) -> String {
    let mut registry = Registry::with_prefix("chinwag");
    registry.register_collector(Box::new(Counted { stats, incidents, tls, kept, cluster }));
    let mut metrics = String::new();
    text::encode(&mut metrics, &registry).expect("a string takes all");
    metrics
}

impl Collector for Counted {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Self { stats, incidents, tls, kept, cluster } = self;
        let encoder = &mut encoder;
        gauge(encoder, "people", "People in the chat now", stats.people)?;
        gauge(encoder, "rooms", "Rooms there are now", stats.rooms)?;
        gauge(encoder, "connections", "Connections there are now, also of those not let in yet", stats.connections)?;
        gauge(encoder, "queued_bytes", "Bytes that wait for those who read too slowly", stats.queued_bytes)?;
        let told = "Bytes of those that TLS has sealed, and the sockets do not take";
        gauge(encoder, "sealed_bytes", told, stats.held_bytes)?;
        counter(encoder, "messages_in", "Messages that people have said", stats.messages_in)?;
        counter(encoder, "messages_out", "Lines given to somebody, once for each", stats.messages_out)?;
        counter(encoder, "dropped", "Lines not given to somebody who reads too slowly", stats.dropped)?;
        counter(encoder, "refused", "Connections refused", stats.refused)?;
        let told = "What has happened to connections, by kind";
        family(encoder, "incidents", told, "kind", incidents)?;
        if let Some(tls) = tls {
            tls.encode(encoder, incidents)?;
        }
        if let Some(history) = &kept.history {
            encode_history(encoder, history)?;
        }
        if let Some(recording) = kept.recording {
            recording.encode(encoder)?;
        }
        if let Some(cluster) = cluster {
            cluster.encode(encoder)?;
        }
        let told = "Actions of each batch that the hub has handed on";
        histogram(encoder, ("batch_actions", told, None), &stats.batch_actions, 1.0)?;
        let told = "From a request until what came of it was written, once for each batch and worker";
        let delay = ("delivery_delay", told, Some(&Unit::Seconds));
        histogram(encoder, delay, &stats.delay_micros, MICROS_PER_SECOND)?;
        let told = "How long the server has run";
        encoder
            .encode_descriptor("uptime", told, Some(&Unit::Seconds), MetricType::Gauge)?
            .encode_gauge(&stats.uptime.as_secs_f64())
    }
}

impl TlsCounts {
    /// Tells of TLS. How handshakes have failed is known by the incidents.
    fn encode(self, encoder: &mut DescriptorEncoder<'_>, incidents: &[(&'static str, u64)]) -> fmt::Result {
        let failed = incidents.iter().filter_map(|&(kind, count)| Some((kind.strip_prefix("tls_")?, count)));
        // A port that is spoken TLS to without a certificate has an incident of its own.
        let handshakes: Vec<_> = failed.chain([("done", self.secured)]).collect();
        let told = "TLS handshakes, by how they went";
        family(encoder, "tls_handshakes", told, "result", &handshakes)?;
        let renewals = [("done", self.renewals.done), ("failed", self.renewals.failed)];
        let told = "Changes of the certificate's files since the start, by whether they could be used";
        family(encoder, "tls_certificate_renewals", told, "result", &renewals)?;
        let expires = self.expires.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let told = "Until when the certificate is valid, in seconds since 1970";
        gauge(encoder, "tls_certificate_expiry_timestamp_seconds", told, expires)?;
        let left = self.expires.duration_since(SystemTime::now()).unwrap_or_default().as_secs();
        gauge(encoder, "tls_certificate_expires_in_seconds", "For how long the certificate is still valid", left)
    }
}

impl RecordingCounts {
    /// Tells of the recording.
    fn encode(self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Self { bytes, kept_bytes, lost, failures, is_failing, shadow } = self;
        counter(encoder, "recording_written_bytes", "Bytes written to the recording", bytes)?;
        gauge(encoder, "recording_bytes", "Bytes that the recording has now", kept_bytes)?;
        counter(encoder, "recording_lost", "What the server was handed and the recording does not have", lost)?;
        counter(encoder, "recording_failures", "How often the disk has refused something of the recording", failures)?;
        gauge(encoder, "recording_failing", "1 while nothing can be recorded", is_failing.into())?;
        shadow.map_or(Ok(()), |shadow| shadow.encode(encoder))
    }
}

impl ShadowCounts {
    /// Tells of the shadow.
    fn encode(self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Self { inputs, batches, states, skipped, differences } = self;
        counter(encoder, "shadow_inputs", "What the shadow was handed", inputs)?;
        counter(encoder, "shadow_batches", "Batches that were the same in the shadow", batches)?;
        counter(encoder, "shadow_states", "States that were the same in the shadow", states)?;
        counter(encoder, "shadow_skipped", "Segments of the recording that the shadow has passed over", skipped)?;
        let told = "Segments of the recording in which the shadow differs from the server, which is a bug";
        counter(encoder, "shadow_differences", told, differences)
    }
}

impl ClusterStatus {
    /// Tells of the servers that are one chat.
    fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Self { servers, applied, touch, losses, differences, peers, .. } = self;
        gauge(encoder, "cluster_servers", "Servers that are one chat, with this one", servers.len() as u64)?;
        counter(encoder, "cluster_applied", "Entries of the log of all servers that this one has applied", *applied)?;
        let told =
            "1 while what is said waits, since this server has lost touch with the others, 2 while it is cut off";
        gauge(encoder, "cluster_out_of_touch", told, *touch as u64)?;
        counter(encoder, "cluster_losses", "How often this server has lost touch with the others", *losses)?;
        let told = "How often this server was another chat than another server, which is a bug";
        counter(encoder, "cluster_differences", told, *differences)?;
        let told = "Entries of the log that each server had not applied when it told so last";
        let mut family = encoder.encode_descriptor("cluster_server_behind", told, None, MetricType::Gauge)?;
        for peer in peers {
            family.encode_family(&[("server", u32::from(peer.server))])?.encode_gauge(&peer.behind)?;
        }
        let told = "By how much the clock of each server is before that of this one";
        let mut family = encoder.encode_descriptor("cluster_server_skew_seconds", told, None, MetricType::Gauge)?;
        for peer in peers {
            let seconds = peer.skew_ms as f64 / 1000.0;
            family.encode_family(&[("server", u32::from(peer.server))])?.encode_gauge(&seconds)?;
        }
        Ok(())
    }
}

fn encode_history(encoder: &mut DescriptorEncoder<'_>, counts: &HistoryCounts) -> fmt::Result {
    let &HistoryCounts { kept, lost, behind, bytes, is_failing } = counts;
    counter(encoder, "history_kept", "Messages and topics given to the history", kept)?;
    counter(encoder, "history_lost", "Those that are lost, since they could not be written", lost)?;
    gauge(encoder, "history_behind", "Those that are not in the database yet", behind)?;
    gauge(encoder, "history_bytes", "Bytes of the database of the history, without what was written last", bytes)?;
    gauge(encoder, "history_failing", "1 while the history can't be written", is_failing.into())
}

fn family(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    told: &str,
    label: &str,
    counts: &[(&str, u64)],
) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, told, None, MetricType::Counter)?;
    for &(value, count) in counts {
        family.encode_family(&[(label, value)])?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
    }
    Ok(())
}

fn gauge(encoder: &mut DescriptorEncoder<'_>, name: &str, told: &str, value: u64) -> fmt::Result {
    encoder.encode_descriptor(name, told, None, MetricType::Gauge)?.encode_gauge(&value)
}

fn counter(encoder: &mut DescriptorEncoder<'_>, name: &str, told: &str, value: u64) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, told, None, MetricType::Counter)?;
    metric.encode_counter::<NoLabelSet, _, u64>(&value, None)
}

/// Writes a histogram whose values are told in units of so many.
fn histogram(
    encoder: &mut DescriptorEncoder<'_>,
    (name, told, unit): (&str, &str, Option<&Unit>),
    values: &Histogram,
    per_unit: f64,
) -> fmt::Result {
    let buckets =
        values.buckets().map(|(bound, count)| (bound.map_or(f64::INFINITY, |bound| bound as f64 / per_unit), count));
    let buckets: Vec<_> = buckets.collect();
    let mut metric = encoder.encode_descriptor(name, told, unit, MetricType::Histogram)?;
    metric.encode_histogram::<NoLabelSet>(values.sum() as f64 / per_unit, values.count(), &buckets, None)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chinwag_core::log::cluster::{Peer, Touch};

    use super::*;

    #[test]
    fn all_that_is_counted_is_told_under_its_name() {
        let mut stats = Stats {
            people: 1,
            rooms: 2,
            connections: 3,
            messages_in: 4,
            messages_out: 5,
            dropped: 6,
            refused: 7,
            queued_bytes: 8,
            held_bytes: 15,
            uptime: Duration::from_millis(2500),
            ..Stats::default()
        };
        [3, 4, 5].into_iter().for_each(|actions| stats.batch_actions.add(actions));
        stats.delay_micros.add(60_000_000);
        let tls = TlsCounts {
            secured: 10,
            renewals: Renewals { done: 11, failed: 12 },
            expires: UNIX_EPOCH + Duration::from_secs(13),
        };
        let history = HistoryCounts { kept: 16, lost: 17, behind: 18, bytes: 19, is_failing: true };
        let shadow = ShadowCounts { inputs: 20, batches: 21, states: 22, skipped: 23, differences: 24 };
        let (lost, failures, is_failing, shadow) = (18, 19, true, Some(shadow));
        let recording = RecordingCounts { bytes: 16, kept_bytes: 17, lost, failures, is_failing, shadow };
        let incidents = vec![("stalled", 9), ("quit", 0), ("tls_slow", 14)];
        let kept = KeptCounts { history: Some(history), recording: Some(recording) };
        let cluster = ClusterStatus {
            servers: vec![0, 2],
            applied: 31,
            touch: Touch::Cut,
            losses: 32,
            differences: 33,
            peers: vec![Peer { server: 2, behind: 34, skew_ms: -1500 }],
            ..ClusterStatus::default()
        };
        let told = encode(stats, incidents, Some(tls), kept, Some(cluster));
        for line in [
            "# TYPE chinwag_people gauge",
            "chinwag_people 1",
            "chinwag_rooms 2",
            "chinwag_connections 3",
            "# TYPE chinwag_messages_in counter",
            "chinwag_messages_in_total 4",
            "chinwag_messages_out_total 5",
            "chinwag_dropped_total 6",
            "chinwag_refused_total 7",
            "chinwag_queued_bytes 8",
            "chinwag_sealed_bytes 15",
            "chinwag_cluster_servers 2",
            "chinwag_cluster_applied_total 31",
            "chinwag_cluster_out_of_touch 2",
            "chinwag_cluster_losses_total 32",
            "chinwag_cluster_differences_total 33",
            "chinwag_cluster_server_behind{server=\"2\"} 34",
            "chinwag_cluster_server_skew_seconds{server=\"2\"} -1.5",
            "chinwag_tls_handshakes_total{result=\"done\"} 10",
            "chinwag_tls_handshakes_total{result=\"slow\"} 14",
            "chinwag_tls_certificate_renewals_total{result=\"done\"} 11",
            "chinwag_tls_certificate_renewals_total{result=\"failed\"} 12",
            "chinwag_tls_certificate_expiry_timestamp_seconds 13",
            "chinwag_tls_certificate_expires_in_seconds 0",
            "chinwag_recording_written_bytes_total 16",
            "chinwag_recording_bytes 17",
            "chinwag_recording_lost_total 18",
            "chinwag_recording_failures_total 19",
            "chinwag_recording_failing 1",
            "chinwag_shadow_inputs_total 20",
            "chinwag_shadow_batches_total 21",
            "chinwag_shadow_states_total 22",
            "chinwag_shadow_skipped_total 23",
            "chinwag_shadow_differences_total 24",
            "chinwag_incidents_total{kind=\"stalled\"} 9",
            "chinwag_incidents_total{kind=\"quit\"} 0",
            "chinwag_history_kept_total 16",
            "chinwag_history_lost_total 17",
            "chinwag_history_behind 18",
            "chinwag_history_bytes 19",
            "chinwag_history_failing 1",
            "# TYPE chinwag_batch_actions histogram",
            "chinwag_batch_actions_bucket{le=\"1.0\"} 0",
            "chinwag_batch_actions_bucket{le=\"4.0\"} 2",
            "chinwag_batch_actions_bucket{le=\"16.0\"} 3",
            "chinwag_batch_actions_sum 12.0",
            "chinwag_delivery_delay_seconds_bucket{le=\"16.777216\"} 0",
            "chinwag_delivery_delay_seconds_bucket{le=\"+Inf\"} 1",
            "chinwag_delivery_delay_seconds_sum 60.0",
            "chinwag_delivery_delay_seconds_count 1",
            "chinwag_uptime_seconds 2.5",
        ] {
            assert_eq!(told.lines().filter(|&told| told == line).count(), 1, "{line} in {told}");
        }
        assert!(told.ends_with("# EOF\n"));
    }
}
