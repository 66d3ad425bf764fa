// SPDX-License-Identifier: GPL-2.0-or-later
// Which metrics there are when, with which values and labels, and that docs/metrics.md names them all.
#include <QFile>
#include <QTest>

#include "fos1/testing/fake_metrics.h"
#include "metrics/ntp_metrics.h"
#include "tree.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    testing::CallGuard guard;
    testing::FakeMetrics fake{guard};
    NtpMetrics metrics{fake};

    Fixture() { fake.freeze(); }
    [[nodiscard]] std::optional<qint64> value(const char* name, const char* labels = "") const {
        return fake.value(QString::fromLatin1(name), QString::fromLatin1(labels));
    }
    [[nodiscard]] std::size_t seriesOf(const char* name) const {
        const auto* metric = fake.find(QString::fromLatin1(name));
        return metric ? metric->series.size() : 0;
    }
};

std::optional<qint64> number(qint64 value) { return value; }

SourceReport source(quint8 last, AuthenticationMode mode) {
    SourceReport report;
    report.address = {SourceAddressKind::Inet4, {10, 0, 0, last}};
    report.name = QStringLiteral("s%1").arg(last);
    report.mode = SourceMode::Server;
    report.reachability = 0177;
    report.sinceSample = 1s;
    report.selection.emplace().state = SelectionState::Selected;
    report.authentication = Authentication{mode, 15, 1, 256, 2, 60s, 7, 100, 1};
    return report;
}

Observation look(std::chrono::seconds at, quint64 requests) {
    Observation seen;
    seen.at = std::chrono::steady_clock::time_point(at);
    ServerStatistics statistics{requests, 2, 30, 4, 5, 6, 7, 8, {}, {}, {}};
    seen.server = statistics;
    return seen;
}

}  // namespace

class TestNtpMetrics : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void clientsByVlan() {
        Fixture f;
        Observation seen;
        seen.clients.emplace();
        ClientRecord record;
        record.address = {SourceAddressKind::Inet4, IpAddress::parse(QStringLiteral("10.1.0.7"))->bytes};
        record.ntpRequests = 5;
        record.ntpDropped = 2;
        seen.clients->clients = {record};
        NamedPrefixes vlans;
        vlans.set(*IpPrefix::parse(QStringLiteral("10.1.0.0/16")), QStringLiteral("staff"));
        f.metrics.server().show(seen, vlans);
        QCOMPARE(f.fake.value(QStringLiteral("ntp_vlan_clients"), QStringLiteral("staff")), std::optional<qint64>(1));
        QCOMPARE(f.fake.value(QStringLiteral("ntp_vlan_client_requests"), QStringLiteral("staff")),
                 std::optional<qint64>(5));
        QCOMPARE(f.fake.value(QStringLiteral("ntp_vlan_client_requests_dropped"), QStringLiteral("staff")),
                 std::optional<qint64>(2));
        QCOMPARE(f.fake.value(QStringLiteral("ntp_vlan_clients"), QStringLiteral("other")), std::optional<qint64>(0));
    }

    void allAreDocumented() {
        QFile file(tree::sourceFile(QStringLiteral("docs/metrics.md")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString page = QString::fromUtf8(file.readAll());
        const Fixture f;
        QVERIFY(f.fake.metrics().size() > 30);
        for (const auto& metric : f.fake.metrics()) {
            QStringList labels;
            for (const QString& label : metric.labelNames) labels.append(QStringLiteral("`%1`").arg(label));
            const QString line =
                QStringLiteral("| `%1` | %2")
                    .arg(metric.name, labels.isEmpty() ? QStringLiteral("| ")
                                                       : labels.join(QStringLiteral(", ")) + QStringLiteral(" | "));
            QVERIFY2(page.contains(line), qPrintable(line));
        }
    }

    void quality() {
        Fixture f;
        time::SyncState state;
        state.sources = {5, 4, 3};
        state.errorBound = 7300us;
        state.rootDelay = 12ms;
        state.rootDispersion = 900us;
        f.metrics.show(state, {}, {});
        QVERIFY(!f.value("ntp_error_bound_milliseconds"));  // nothing to be believed yet
        QCOMPARE(f.value("ntp_sources"), number(5));
        QCOMPARE(f.value("ntp_sources_reachable"), number(4));
        state.synchronised = true;
        f.metrics.show(state, {}, {});
        QCOMPARE(f.value("ntp_error_bound_milliseconds"), number(7'300'000));
        QCOMPARE(f.value("ntp_root_delay_milliseconds"), number(12'000'000));
        QCOMPARE(f.value("ntp_root_dispersion_milliseconds"), number(900'000));
        QCOMPARE(f.fake.find(QStringLiteral("ntp_error_bound_milliseconds"))->decimals, 6);
        f.metrics.clear();
        QVERIFY(!f.value("ntp_error_bound_milliseconds"));
    }

    void limits() {
        Fixture f;
        QVERIFY(!f.value("ntp_sources_minimum"));
        MonitoringSpec limits;
        limits.sourcesMinimum = 3;
        f.metrics.showLimits(limits);
        QCOMPARE(f.value("ntp_offset_warning_milliseconds"), number(100'000'000));
        QCOMPARE(f.value("ntp_offset_critical_milliseconds"), number(1'000'000'000));
        QCOMPARE(f.value("ntp_sources_minimum"), number(3));
        limits.enabled = false;
        f.metrics.showLimits(limits);
        QVERIFY(!f.value("ntp_offset_warning_milliseconds"));
        QVERIFY(!f.value("ntp_sources_minimum"));
    }

    void sources() {
        Fixture f;
        SourceReport plain = source(1, AuthenticationMode::None);
        f.metrics.show({}, {plain, source(2, AuthenticationMode::Nts)}, {});
        QCOMPARE(f.value("ntp_source_selection", "10.0.0.1 s1 selected"), number(1));
        QCOMPARE(f.value("ntp_source_authentication", "10.0.0.1 none s1"), number(1));
        QCOMPARE(f.value("ntp_source_authentication", "10.0.0.2 nts s2"), number(1));
        QCOMPARE(f.value("ntp_source_nts_cookies", "10.0.0.2 s2"), number(7));
        QCOMPARE(f.value("ntp_source_nts_nak", "10.0.0.2 s2"), number(1));
        QCOMPARE(f.value("ntp_source_nts_key_exchange_tries", "10.0.0.2 s2"), number(2));
        QCOMPARE(f.seriesOf("ntp_source_nts_cookies"), 1u);
        // One series a source, whatever its states were.
        plain.selection->state = SelectionState::Falseticker;
        f.metrics.show({}, {plain}, {});
        QCOMPARE(f.seriesOf("ntp_source_selection"), 1u);
        QCOMPARE(f.value("ntp_source_selection", "10.0.0.1 s1 falseticker"), number(1));
        QCOMPARE(f.seriesOf("ntp_source_nts_cookies"), 0u);
        f.metrics.clear();
        QCOMPARE(f.seriesOf("ntp_source_selection"), 0u);
    }

    void server() {
        Fixture f;
        QVERIFY(!f.value("ntp_client_requests_total"));
        f.metrics.server().show(look(10s, 100), {});
        QVERIFY(!f.value("ntp_client_requests_rate"));
        f.metrics.server().show(look(12s, 103), {});
        QCOMPARE(f.value("ntp_client_requests_rate"), number(1500));
        QCOMPARE(f.fake.find(QStringLiteral("ntp_client_requests_rate"))->decimals, 3);
        QCOMPARE(f.value("ntp_client_requests_total"), number(103));
        QCOMPARE(f.value("ntp_client_requests_dropped_total"), number(2));
        QCOMPARE(f.value("ntp_command_packets_total"), number(30));
        QCOMPARE(f.value("ntp_command_packets_dropped_total"), number(4));
        QCOMPARE(f.value("ntp_nts_ke_accepted_total"), number(5));
        QCOMPARE(f.value("ntp_nts_ke_dropped_total"), number(6));
        QCOMPARE(f.value("ntp_client_log_records_dropped_total"), number(7));
        QCOMPARE(f.value("ntp_client_requests_authenticated_total"), number(8));
        QVERIFY(!f.value("ntp_client_requests_interleaved_total"));  // not reported by this chronyd

        Observation later = look(14s, 104);
        later.server->ntpInterleaved = 9;
        f.metrics.server().show(later, {});
        QCOMPARE(f.value("ntp_client_requests_interleaved_total"), number(9));
    }

    void servedTimestamps() {
        Fixture f;
        Observation seen = look(10s, 100);
        f.metrics.server().show(seen, {});
        QCOMPARE(f.seriesOf("ntp_server_timestamps_total"), 0u);  // not reported by this chronyd
        QVERIFY(!f.value("ntp_server_timestamps_held"));
        seen.server->timestampsHeld = 44;
        seen.server->timestampSpan = 120s;
        seen.server->timestamps = ServerTimestamps{1, 2, 3, 4, 5, 6};
        f.metrics.server().show(seen, {});
        QCOMPARE(f.value("ntp_server_timestamps_held"), number(44));
        QCOMPARE(f.value("ntp_server_timestamp_span_seconds"), number(120));
        QCOMPARE(f.seriesOf("ntp_server_timestamps_total"), 6u);
        QCOMPARE(f.value("ntp_server_timestamps_total", "rx daemon"), number(1));
        QCOMPARE(f.value("ntp_server_timestamps_total", "tx kernel"), number(4));
        QCOMPARE(f.value("ntp_server_timestamps_total", "rx hardware"), number(5));
        f.metrics.clear();
        QVERIFY(!f.value("ntp_server_timestamps_held"));
        QCOMPARE(f.value("ntp_server_timestamps_total", "rx hardware"), number(5));
    }

    void tracking() {
        Fixture f;
        QCOMPARE(f.seriesOf("ntp_leap_status"), 0u);
        Observation seen;
        seen.atUnixMs = 1'700'000'100'000;
        Tracking& tracking = seen.tracking.emplace();
        tracking.leap = time::LeapState::Unsynchronised;
        f.metrics.tracking().show(seen);
        QCOMPARE(f.value("ntp_leap_status", "unsynchronised"), number(1));
        QVERIFY(!f.value("ntp_reference_age_seconds"));
        tracking.leap = time::LeapState::InsertSecond;
        tracking.referenceTime = 1'700'000'000s;
        tracking.clockOffset = 40s;  // the machine's clock is fast, and the reference time is not in that
        tracking.lastOffset = -1500ns;
        tracking.rmsOffset = 2us;
        tracking.residualFrequencyPpb = -7;
        tracking.skewPpb = 31;
        tracking.updateInterval = 64s;
        f.metrics.tracking().show(seen);
        QCOMPARE(f.seriesOf("ntp_leap_status"), 1u);
        QCOMPARE(f.value("ntp_leap_status", "insert"), number(1));
        QCOMPARE(f.value("ntp_reference_age_seconds"), number(60'000'000'000));
        QCOMPARE(f.fake.find(QStringLiteral("ntp_reference_age_seconds"))->decimals, 9);
        QCOMPARE(f.value("ntp_last_offset_seconds"), number(-1500));
        QCOMPARE(f.value("ntp_rms_offset_seconds"), number(2000));
        QCOMPARE(f.value("ntp_residual_frequency_ppm"), number(-7));
        QCOMPARE(f.value("ntp_frequency_skew_ppm"), number(31));
        QCOMPARE(f.value("ntp_update_interval_seconds"), number(64'000'000'000));
        tracking.refId = 0x7F7F0101;  // chronyd's own clock is no reference
        f.metrics.tracking().show(seen);
        QVERIFY(!f.value("ntp_reference_age_seconds"));
        f.metrics.clear();
        QCOMPARE(f.seriesOf("ntp_leap_status"), 0u);
    }

    void version() {
        Fixture f;
        f.metrics.tracking().showVersion(QStringLiteral("4.3"));
        QCOMPARE(f.value("ntp_chronyd_info", "4.3"), number(1));
        f.metrics.tracking().showVersion(QStringLiteral("4.6.1"));
        f.metrics.clear();
        QCOMPARE(f.seriesOf("ntp_chronyd_info"), 1u);
        QCOMPARE(f.value("ntp_chronyd_info", "4.6.1"), number(1));
    }

    void samplesOfASource() {
        Fixture f;
        SourceReport asked = source(1, AuthenticationMode::None);
        SourceStatistics statistics;
        statistics.address = asked.address;
        f.metrics.show({}, {asked}, {statistics});
        QCOMPARE(f.value("ntp_source_last_sample_age_seconds", "10.0.0.1 s1"), number(1));
        QCOMPARE(f.value("ntp_source_samples", "10.0.0.1 s1"), number(0));
        QCOMPARE(f.seriesOf("ntp_source_residual_frequency_ppm"), 0u);
        statistics.samples = 4;
        statistics.residualFrequencyPpb = -5;
        statistics.skewPpb = 9;
        asked.sinceSample.reset();
        f.metrics.show({}, {asked}, {statistics});
        QCOMPARE(f.seriesOf("ntp_source_last_sample_age_seconds"), 0u);
        QCOMPARE(f.value("ntp_source_samples", "10.0.0.1 s1"), number(4));
        QCOMPARE(f.value("ntp_source_residual_frequency_ppm", "10.0.0.1 s1"), number(-5));
        QCOMPARE(f.value("ntp_source_frequency_skew_ppm", "10.0.0.1 s1"), number(9));
    }

    /// In its statistics a reference clock has no address.
    void samplesOfAReferenceClock() {
        Fixture f;
        SourceReport clock;
        clock.mode = SourceMode::ReferenceClock;
        clock.address = {SourceAddressKind::Inet4, {'P', 'P', 'S', '0'}};
        SourceStatistics statistics;
        statistics.refId = 0x50505330;
        statistics.samples = 5;
        statistics.deviation = 90ns;
        f.metrics.show({}, {clock}, {statistics});
        QCOMPARE(f.value("ntp_source_samples", " PPS0"), number(5));
        QCOMPARE(f.value("ntp_source_jitter_milliseconds", " PPS0"), number(90));
    }

    void serverCountersOutliveChronyd() {
        Fixture f;
        f.metrics.server().show(look(10s, 100), {});
        f.metrics.clear();
        QCOMPARE(f.value("ntp_client_requests_total"), number(100));
        f.metrics.server().chronydStarted();
        f.metrics.server().show(look(20s, 150), {});
        QCOMPARE(f.value("ntp_client_requests_total"), number(250));
        QVERIFY(!f.value("ntp_client_requests_rate"));
    }

    void collectors() {
        Fixture f;
        Observation seen;
        seen.collectors = {{Collector::Tracking, {true, {}}}, {Collector::Clients, {false, QStringLiteral("x")}}};
        f.metrics.server().show(seen, {});
        QCOMPARE(f.value("ntp_collector_success", "tracking"), number(1));
        QCOMPARE(f.value("ntp_collector_success", "clients"), number(0));
        seen.collectors = {{Collector::Tracking, {false, QStringLiteral("x")}}};  // clients were not asked
        f.metrics.server().show(seen, {});
        QCOMPARE(f.value("ntp_collector_success", "tracking"), number(0));
        QCOMPARE(f.value("ntp_collector_success", "clients"), number(0));
        f.metrics.clear();
        QCOMPARE(f.seriesOf("ntp_collector_success"), 0u);
    }

    void reconciles() {
        Fixture f;
        const std::chrono::steady_clock::time_point at(1h);
        QCOMPARE(f.value("ntp_reconciles_total", "ok"), number(0));
        f.metrics.reconciles().started(1, at);
        f.metrics.reconciles().started(2, at + 1s);
        f.metrics.reconciles().ended(2, Outcome::Failed, at + 2s);
        f.metrics.reconciles().ended(1, Outcome::Ok, at + 2500ms);
        f.metrics.reconciles().ended(1, Outcome::Ok, at + 9s);  // was told already
        f.metrics.reconciles().ended(7, Outcome::Ok, at + 9s);  // the end of stop()
        QCOMPARE(f.value("ntp_reconciles_total", "ok"), number(1));
        QCOMPARE(f.value("ntp_reconcile_seconds_total", "ok"), number(2'500'000'000));
        QCOMPARE(f.value("ntp_reconciles_total", "failed"), number(1));
        QCOMPARE(f.value("ntp_reconcile_seconds_total", "failed"), number(1'000'000'000));
        QCOMPARE(f.value("ntp_reconciles_total", "retry"), number(0));
    }
};

QTEST_GUILESS_MAIN(TestNtpMetrics)
#include "tst_ntp_metrics.moc"
