// SPDX-License-Identifier: GPL-2.0-or-later
// The cost of being configured by a cluster: a real host with the ntp plugin against the fake API server. Thousands of
// objects at startup, one change among few and among many objects, a storm of changes, and an idle phase.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDateTime>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QSet>
#include <QTest>
#include <algorithm>
#include <array>
#include <cstdio>

#include "cluster_under_test.h"
#include "isolation.h"
#include "tree.h"

using namespace fos1;
using fos1::system::ClusterUnderTest;
using fos1::system::HostUnderTest;

namespace {

const QString kNtp = QStringLiteral("ntp.fos1.io/v1alpha1");
constexpr int kSecondBytes = 100;  ///< of the networks 10.A.B.0/24
constexpr int kThirdBytes = 100;
constexpr int kObjects = kSecondBytes * kThirdBytes;
constexpr int kChanges = 200;
constexpr int kChangesAmongMany = 100;
constexpr int kEventsPerSecond = 1000;
constexpr int kQuietMs = 12'000;  ///< longer than details of a status wait

void line(const char* what, double value, const char* unit, const char* beside = "") {
    std::printf("%-66s %10.2f %-4s  %s\n", what, value, unit, beside);
    std::fflush(stdout);
}

double seconds(const QElapsedTimer& timer) { return static_cast<double>(timer.nsecsElapsed()) / 1e9; }

struct Times {
    std::vector<double> ms;
    [[nodiscard]] double at(double share) {
        std::sort(ms.begin(), ms.end());
        return ms.empty() ? 0 : ms[static_cast<std::size_t>(static_cast<double>(ms.size() - 1) * share)];
    }
};

double pssMiB(qint64 pid) {
    QFile file(QStringLiteral("/proc/%1/smaps_rollup").arg(pid));
    if (!file.open(QIODevice::ReadOnly)) qFatal("no smaps_rollup");
    const QByteArray text = file.readAll();
    const qsizetype at = text.indexOf("\nPss:");
    return static_cast<double>(text.mid(at + 5, text.indexOf("kB", at) - at - 5).trimmed().toLongLong()) / 1024;
}

double cpuSeconds(qint64 pid) {
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly)) return 0;
    const QByteArray text = file.readAll();
    const QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    return static_cast<double>(fields[11].toLongLong() + fields[12].toLongLong()) /
           static_cast<double>(::sysconf(_SC_CLK_TCK));
}

QString nameOf(int a, int b) { return QStringLiteral("c-%1-%2").arg(a).arg(b); }

QJsonObject client(const QString& name, const QString& network, int interval) {
    return {{"apiVersion", kNtp},
            {"kind", "NTPClient"},
            {"metadata", QJsonObject{{"name", name}, {"namespace", "network"}}},
            {"spec",
             QJsonObject{{"selector", QJsonObject{{"networks", QJsonArray{network}}}},
                         {"policy", QJsonObject{{"ratelimit", QJsonObject{{"interval", interval}, {"burst", 4}}}}}}}};
}

/// Receives the reports of the plugin "arrival".
class Arrivals {
   public:
    explicit Arrivals(const QString& path) {
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        const QByteArray name = path.toUtf8();
        std::copy_n(name.begin(), std::min<qsizetype>(name.size(), sizeof address.sun_path - 1), address.sun_path);
        if (::bind(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) qFatal("no socket");
    }
    ~Arrivals() { ::close(m_socket); }
    Arrivals(const Arrivals&) = delete;
    Arrivals& operator=(const Arrivals&) = delete;

    /// When this generation of an object reached the plugin, in ns of the monotonic clock; 0: not reported.
    [[nodiscard]] qint64 of(const QString& name, qint64 generation) const {
        std::array<char, 512> text = {};
        qint64 at = 0;
        for (;;) {
            const ssize_t length = ::recv(m_socket, text.data(), text.size(), MSG_DONTWAIT);
            if (length <= 0) return at;
            const QList<QByteArray> words = QByteArray(text.data(), length).split(' ');
            if (words.size() == 3 && words[0] == name.toUtf8() && words[1].toLongLong() == generation)
                at = words[2].toLongLong();
        }
    }

    /// Empties the socket, because few datagrams can wait at a time (unix(7)).
    void forget() const { static_cast<void>(of({}, 0)); }

   private:
    int m_socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

class Bench {
   public:
    explicit Bench(const lab::Lab& lab)
        : m_lab(lab), m_cluster(lab), m_socket(lab.path(QStringLiteral("arrivals"))), m_arrivals(m_socket) {
        m_cluster.service(QStringLiteral("main-ntp"));
        m_cluster.server.install({client(nameOf(200, 0), QStringLiteral("10.200.0.0/24"), 3)});
    }

    void few() {
        start("few");
        m_pssOfFew = settledPss();
        change(nameOf(200, 0), QStringLiteral("10.200.0.0/24"), "among 1 client", kChanges, "");
        stop();
    }

    void many() {
        for (int a = 0; a < kSecondBytes; ++a) {
            QJsonObject object = client(nameOf(a, 0), QStringLiteral("10.%1.{i}.0/24").arg(a), 3);
            object[u"metadata"] = QJsonObject{{"name", QStringLiteral("c-%1-{i}").arg(a)}, {"namespace", "network"}};
            const auto made = m_cluster.server.control(QStringLiteral("bulk"),
                                                       {{"template", object}, {"count", kThirdBytes}, {"first", 0}});
            if (made.contains(u"error")) qFatal("%s", qPrintable(made[u"error"].toString()));
        }
        QElapsedTimer timer;
        timer.start();
        const QDateTime began = QDateTime::currentDateTimeUtc();
        start("many");
        line("a host of 10,000 NTPClients: started and ready", seconds(timer), "s");
        // The last one in the order of a snapshot.
        awaitGeneration(nameOf(99, 99), 1, 120'000);
        line("  listed, validated and reconciled, from the start of the process", seconds(timer), "s", "at most 3");
        line("  CPU for it", cpuSeconds(pid()), "s");
        line("  increase of PSS over one NTPClient by then", pssMiB(pid()) - m_pssOfFew, "MiB", "at most 40");
        const double host = cpuSeconds(pid());
        const double fake = cpuSeconds(m_cluster.server.pid());
        if (!awaitQuiet(300'000)) std::printf("  THE API SERVER NEVER BECAME QUIET\n");
        const QList<fakes::KubeRequest> patches = m_cluster.server.requests("patch", "ntpclients");
        line("  until each has its status in the cluster",
             static_cast<double>(began.msecsTo(lastFirst(patches))) / 1000, "s", "at most 15");
        line("  PATCHes until nothing is left to write", static_cast<double>(patches.size()), "");
        line("  CPU of the host for it", cpuSeconds(pid()) - host, "s");
        line("  CPU of the fake API server for it", cpuSeconds(m_cluster.server.pid()) - fake, "s");
        line("  increase of PSS over one NTPClient at rest", settledPss() - m_pssOfFew, "MiB", "at most 40");
    }

    void rest() {
        const qsizetype before = requests();
        const double cpu = cpuSeconds(pid());
        QTest::qWait(10'000);
        line("at rest, 10 s: requests to the API server without the heartbeat",
             static_cast<double>(requests() - before), "", "0");
        line("  connections", m_cluster.server.control(QStringLiteral("connections"))[u"open"].toDouble(), "", "1");
        line("  CPU of the host", (cpuSeconds(pid()) - cpu) * 1000, "ms");
    }

    void one() {
        change(nameOf(99, 99), QStringLiteral("10.99.99.0/24"), "among 10,000 clients", kChangesAmongMany,
               "at most 10");
    }

    void storm(int length) {
        // The first storm adds an annotation to each object, and buffers grow; neither is a leak.
        blow(kObjects / kEventsPerSecond / 4 + 1, 4 * kEventsPerSecond);
        const double before = settledPss();
        const double cpu = cpuSeconds(pid());
        const qsizetype requests = m_cluster.server.requests().size();
        QElapsedTimer timer;
        timer.start();
        blow(length, kEventsPerSecond);
        line("1,000 events per second: duration", seconds(timer), "s", qPrintable(QStringLiteral("%1").arg(length)));
        change(nameOf(99, 98), QStringLiteral("10.99.98.0/24"), "right after the storm", 1, "at most 30");
        line("  CPU of the host", (cpuSeconds(pid()) - cpu) / seconds(timer) * 100, "%");
        line("  growth of PSS", settledPss() - before, "MiB", "0");
        line("  requests to the API server", static_cast<double>(m_cluster.server.requests().size() - requests), "");
    }

    void stop() {
        m_host->stop();
        m_host.reset();
    }

    /// As many new objects get the statuses that the host has written, by nothing but libcurl. After stop().
    void peer() {
        const QJsonObject written =
            m_cluster.server
                .object(kNtp, QStringLiteral("NTPClient"), QStringLiteral("network"), nameOf(1, 1))[u"status"]
                .toObject();
        QByteArray paths;
        QByteArray bodies;
        for (int a = 0; a < kSecondBytes; ++a) {
            QJsonObject object = client({}, QStringLiteral("10.%1.{i}.0/24").arg(a), 3);
            object[u"metadata"] = QJsonObject{{"name", QStringLiteral("p-%1-{i}").arg(a)}, {"namespace", "network"}};
            m_cluster.server.control(QStringLiteral("bulk"), {{"template", object}, {"count", kThirdBytes}});
        }
        const QByteArray body = QJsonDocument(QJsonObject{{"status", written}}).toJson(QJsonDocument::Compact) + '\n';
        for (int i = 0; i < kObjects; ++i) {
            const QString name = QStringLiteral("p-%1-%2").arg(i / kThirdBytes).arg(i % kThirdBytes);
            paths += QStringLiteral("/apis/%1/namespaces/network/ntpclients/%2/status?fieldManager=fos1-host\n")
                         .arg(kNtp, name)
                         .toUtf8();
            bodies += body;
        }
        lab::writeFile(m_lab.path(QStringLiteral("paths")), paths);
        lab::writeFile(m_lab.path(QStringLiteral("bodies")), bodies);
        const QString watch =
            QStringLiteral("/apis/%1/ntpclients?watch=1&resourceVersion=%2").arg(kNtp).arg(m_cluster.server.version());
        const double before = cpuSeconds(m_cluster.server.pid());
        const lab::CommandResult result = m_lab.runIn(
            QStringLiteral("rt"), tree::builtFile("tests/bench/patch_peer"),
            {m_cluster.server.url(), m_cluster.server.caFile(), m_cluster.server.token(),
             m_lab.path(QStringLiteral("paths")), m_lab.path(QStringLiteral("bodies")), watch, QStringLiteral("16")},
            300'000);
        const QStringList words = QString(result.output).trimmed().split(u' ');
        if (words.size() != 5) qFatal("patch_peer: %s", qPrintable(result.output));
        std::printf("the same PATCHes for 10,000 other objects by nothing but libcurl, and a watch of their events\n");
        line("  duration", words[0].toDouble(), "s");
        line("  CPU of this peer", words[1].toDouble(), "s");
        line("  CPU of the fake API server", cpuSeconds(m_cluster.server.pid()) - before, "s");
        line("  connections", words[2].toDouble(), "");
        line("  failures", words[3].toDouble(), "");
    }

   private:
    [[nodiscard]] qint64 pid() const { return m_host->process().pid(); }

    void start(const char* name) {
        m_host = std::make_unique<HostUnderTest>(m_lab, QString::fromLatin1(name));
        m_host->config = m_cluster.config("router-a");
        m_host->config.replace("plugins:\n", "pluginDirs: [" + tree::pluginDirectory().toUtf8() + ", " +
                                                 tree::builtFile("tests/bench").toUtf8() +
                                                 "]\n"
                                                 "isolation: {arrival: {mode: local}}\n"
                                                 "plugins:\n  arrival: {socket: " +
                                                 m_socket.toUtf8() + "}\n");
        if (!m_host->start()) qFatal("no host");
    }

    /// So far, without heartbeats.
    [[nodiscard]] qsizetype requests() const {
        const QList<fakes::KubeRequest> all = m_cluster.server.requests();
        return std::count_if(all.begin(), all.end(), [](const fakes::KubeRequest& each) {
            return !each.name.startsWith(QStringLiteral("fos1-host."));
        });
    }

    /// When the first PATCH came for the last of the objects.
    static QDateTime lastFirst(const QList<fakes::KubeRequest>& patches) {
        QDateTime last;
        QSet<QString> names;
        for (const fakes::KubeRequest& each : patches) {
            if (names.contains(each.name) || each.status != 200) continue;
            names.insert(each.name);
            last = each.time;
        }
        if (names.size() < kObjects) qFatal("%lld objects have a status", static_cast<long long>(names.size()));
        return last;
    }

    double settledPss() {
        QTest::qWait(3000);
        return pssMiB(pid());
    }

    /// Waits until the API server gets no request for so long that no details of a status can be waiting.
    [[nodiscard]] bool awaitQuiet(qint64 timeoutMs) const {
        QElapsedTimer timer;
        timer.start();
        QElapsedTimer quiet;
        quiet.start();
        for (qsizetype last = -1; quiet.elapsed() < kQuietMs;) {
            const qsizetype now = requests();
            if (std::exchange(last, now) != now) quiet.start();
            if (timer.elapsed() > timeoutMs) return false;
            QTest::qWait(500);
        }
        return true;
    }

    /// Waits until the plugin reports this generation of an NTPClient.
    void awaitGeneration(const QString& name, qint64 generation, qint64 timeoutMs) {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < timeoutMs) {
            const QJsonObject object =
                m_host
                    ->call(QStringLiteral("resource.get"),
                           {{"kind", "ntpclient"}, {"namespace", "network"}, {"name", name}})[u"result"]
                    .toObject();
            const QJsonArray conditions = object[u"status"][u"conditions"].toArray();
            if (HostUnderTest::condition(conditions, QStringLiteral("Ready"))[u"observedGeneration"].toInteger() >=
                generation)
                return;
            if (timer.elapsed() > 100) QTest::qWait(5);
        }
        qFatal("%s is not reconciled", qPrintable(name));
    }

    /// Changes an object repeatedly; each change waits until the plugin has acted on it.
    void change(const QString& name, const QString& network, const char* where, int count, const char* bound) {
        Times all;
        Times ours;
        Times arrived;
        for (int i = 0; i < count; ++i) {
            m_arrivals.forget();
            QElapsedTimer timer;
            timer.start();
            const QJsonArray made = m_cluster.server.install({client(name, network, 4 + m_number++ % 2)});
            const double asked = static_cast<double>(timer.nsecsElapsed()) / 1e6;
            awaitGeneration(name, made[0][u"metadata"][u"generation"].toInteger(), 30'000);
            all.ms.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
            ours.ms.push_back(all.ms.back() - asked);
            const qint64 at = m_arrivals.of(name, made[0][u"metadata"][u"generation"].toInteger());
            const qint64 sent =
                m_cluster.server.control(QStringLiteral("news"))[u"monotonicNs"].toString().toLongLong();
            if (at == 0 || sent == 0) qFatal("it did not arrive");
            arrived.ms.push_back(static_cast<double>(at - sent) / 1e6);
            QTest::qWait(20);
        }
        std::printf("one change, %s\n", where);
        line("  from the last byte of the event to a plugin's reconcile: median", arrived.at(0.5), "ms");
        line("  p99", arrived.at(0.99), "ms", "at most 5");
        line("  from the control call of the fake until the ntp plugin has acted: median", all.at(0.5), "ms");
        line("  p99", all.at(0.99), "ms");
        line("  from the answer to that call: median", ours.at(0.5), "ms", bound);
        line("  p99", ours.at(0.99), "ms");
    }

    void blow(int length, int perSecond) const {
        m_cluster.server.control(
            QStringLiteral("storm"),
            {{"apiVersion", kNtp}, {"kind", "NTPClient"}, {"perSecond", perSecond}, {"seconds", length}});
        QTest::qWait(length * 1000);
    }

    const lab::Lab& m_lab;
    ClusterUnderTest m_cluster;
    QString m_socket;
    Arrivals m_arrivals;
    std::unique_ptr<HostUnderTest> m_host;
    double m_pssOfFew = 0;
    int m_number = 0;
};

}  // namespace

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        const QCoreApplication app(argc, argv);
        QCommandLineParser parser;
        parser.addOption({QStringLiteral("seconds"), QStringLiteral("How long the storm is."), QStringLiteral("number"),
                          QStringLiteral("10")});
        parser.process(app);
        const lab::Lab lab;
        if (!lab.problem().isEmpty()) qFatal("%s", qPrintable(lab.problem()));
        Bench bench(lab);
        bench.few();
        bench.many();
        bench.rest();
        bench.one();
        bench.storm(parser.value(QStringLiteral("seconds")).toInt());
        bench.stop();
        bench.peer();
        return 0;
    });
}
