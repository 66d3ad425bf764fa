// SPDX-License-Identifier: GPL-2.0-or-later
// What many nodes of one cluster cost its API server: the requests of an idle cluster, of news of all nodes at once,
// and of a change that all nodes apply. The nodes are the real code of crd-watcher, all in this process, with a
// connection each, against the fake API server. bench_nodes [NODES]
#include <sys/resource.h>

#include <QCoreApplication>
#include <cstdio>
#include <map>

#include "report_rig.h"

using namespace fos1;
using namespace fos1::crd;

namespace {

constexpr std::chrono::seconds kPeriod{10};
constexpr int kIdleMs = 30'000;

class Bench {
   public:
    explicit Bench(int count) : m_count(count) {
        m_rig.server.install({reportCrd()});
        m_rig.put("a", 1);
        for (int i = 0; i < count; ++i) {
            m_nodes.push_back(std::make_unique<ReportingNode>(
                m_rig, QStringLiteral("n%1").arg(i, 4, 10, QLatin1Char('0')),
                NodeBeat::Options{kNs, {}, kPeriod, std::chrono::minutes(1)}, std::chrono::seconds(1)));
            if (i % 20 == 0) QTest::qWait(50);
        }
    }

    void start() {
        sayAll(ready(true, {{"stratum", 2}}));
        await("all nodes report at once", QStringLiteral("%1/%1").arg(m_count));
    }

    void idle() {
        settle();
        begin();
        QTest::qWait(kIdleMs);
        end("idle", kIdleMs / 1000.0);
    }

    void loss() {
        settle();
        sayAll(ready(false, {{"stratum", 2}}));
        await("all nodes lose their sources at once", QStringLiteral("0/%1").arg(m_count));
    }

    void change() {
        settle();
        sayAll(ready(true, {{"stratum", 2}, {"observedGeneration", 2}}));
        await("all nodes apply a change", QStringLiteral("%1/%1").arg(m_count));
    }

   private:
    void sayAll(const QJsonObject& status) {
        begin();
        for (const auto& node : m_nodes) node->say("a", status);
    }

    void begin() {
        m_before = m_rig.server.requests().size();
        m_timer.start();
    }

    void await(const char* what, const QString& count) {
        constexpr int kLongestMs = 300'000;
        while (m_rig.get("a")[u"status"][u"nodesReady"].toString() != count && m_timer.elapsed() < kLongestMs)
            QTest::qWait(200);
        const double seconds = static_cast<double>(m_timer.elapsed()) / 1000;
        std::printf("%s: summarized after %.1f s\n", what, seconds);
        // Those that were refused the Lease look again.
        QTest::qWait(40'000);
        end(what, static_cast<double>(m_timer.elapsed()) / 1000);
    }

    void settle() { QTest::qWait(5'000); }

    void end(const char* what, double seconds) const {
        std::map<QString, int> byKind;
        const auto all = m_rig.server.requests();
        for (qsizetype i = m_before; i < all.size(); ++i) {
            QString kind = all[i].verb + u' ' + all[i].resource;
            if (!all[i].subresource.isEmpty()) kind += u'/' + all[i].subresource;
            if (all[i].name.startsWith(QStringLiteral("fos1-host."))) kind += QStringLiteral(" (heartbeat)");
            if (all[i].name == u"lock") kind += QStringLiteral(" (the lock)");
            ++byKind[kind];
        }
        std::printf("%s, %d nodes, %.1f s:\n", what, m_count, seconds);
        for (const auto& [kind, number] : byKind)
            std::printf("  %-40s %8d %10.2f per second\n", qPrintable(kind), number, number / seconds);
        std::fflush(stdout);
    }

    int m_count;
    KubeRig m_rig;
    std::vector<std::unique_ptr<ReportingNode>> m_nodes;
    qsizetype m_before = 0;
    QElapsedTimer m_timer;
};

}  // namespace

int main(int argc, char** argv) {
    const QCoreApplication app(argc, argv);
    rlimit files = {};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    constexpr int kNodes = 200;
    Bench bench(argc > 1 ? QString::fromLocal8Bit(argv[1]).toInt() : kNodes);
    bench.start();
    bench.idle();
    bench.loss();
    bench.change();
    return 0;
}
