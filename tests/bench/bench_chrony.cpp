// SPDX-License-Identifier: GPL-2.0-or-later
// The cost of reading everything about a chronyd with 64 sources: our client compared with chronyc, then /metrics with
// all the data. Starts two chronyds of its own on the loopback; neither sets the clock.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTest>
#include <QUrl>
#include <algorithm>
#include <cstdio>
#include <thread>

#include "chrony/chrony_monitor.h"
#include "core/sync_estimator.h"
#include "cpu_time.h"
#include "http/http_server.h"
#include "metrics/metric_registry.h"
#include "metrics/ntp_metrics.h"
#include "metrics/owner_metrics.h"
#include "support/upstream.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

namespace {

constexpr int kSources = 64;
constexpr int kRounds = 100;  // the two alternate, so that both run under the same conditions
constexpr int kLooksInRound = 5;
constexpr int kScrapes = 500;

QString addressOf(int source) { return QStringLiteral("127.0.1.%1").arg(source + 1); }

struct Times {
    std::vector<double> ms;
    [[nodiscard]] double at(double share) {
        std::sort(ms.begin(), ms.end());
        const auto last = static_cast<double>(ms.size() - 1);
        return ms.empty() ? 0 : ms[static_cast<std::size_t>(last * share)];
    }
    [[nodiscard]] double median() { return at(0.5); }
};

void line(const char* what, Times& times, const char* beside) {
    std::printf("%-50s median %8.2f ms   p99 %8.2f ms   %s\n", what, times.median(), times.at(0.99), beside);
}

/// Complete readings, including the names, which a running monitor reads only once.
class Looks {
   public:
    explicit Looks(const QString& socket) : m_client(socket) {
        QObject::connect(&m_monitor, &ChronyMonitor::observed, &m_loop, [this](const Observation& seen) {
            last = seen;
            m_loop.quit();
        });
    }

    double look() {
        QElapsedTimer timer;
        timer.start();
        m_monitor.start();
        m_loop.exec();
        const double ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        const bool isComplete = last.sources && last.sources->size() == kSources &&
                                std::all_of(last.collectors.begin(), last.collectors.end(),
                                            [](const auto& each) { return each.second.isOk; });
        if (!isComplete) std::fprintf(stderr, "  an incomplete reading: %s\n", qPrintable(last.error));
        return ms;
    }

    Observation last;

   private:
    ChronyClient m_client;
    ChronyMonitor m_monitor{m_client, {1h, 1h, 0s, 0ms}};
    QEventLoop m_loop;
};

QStringList reports() {
    QStringList all{QStringLiteral("tracking"), QStringLiteral("sources"),    QStringLiteral("sourcestats"),
                    QStringLiteral("ntpdata"),  QStringLiteral("authdata"),   QStringLiteral("selectdata"),
                    QStringLiteral("clients"),  QStringLiteral("serverstats")};
    for (int i = 0; i < kSources; ++i) all.append(QStringLiteral("sourcename ") + addressOf(i));
    return all;
}

double chronyc(const QString& socket, const QStringList& commands) {
    QProcess process;
    QElapsedTimer timer;
    timer.start();
    process.start(QStringLiteral("/usr/bin/chronyc"), QStringList{QStringLiteral("-n"), QStringLiteral("-c"),
                                                                  QStringLiteral("-h"), socket, QStringLiteral("-m")} +
                                                          commands);
    process.waitForFinished();
    const double ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    if (process.exitCode() != 0) std::fprintf(stderr, "  chronyc exited with %d\n", process.exitCode());
    return ms;
}

/// One process per report, the usual way to call it; the 64 names together in one process.
double chronycEach(const QString& socket) {
    const QStringList names = reports().filter(QStringLiteral("sourcename"));
    double sum = chronyc(socket, names);
    for (const QString& report : reports())
        if (!names.contains(report)) sum += chronyc(socket, {report});
    return sum;
}

void benchLooks(Looks& looks, const QString& socket) {
    Times ours, theirs, theirsEach;
    double ourCpu = 0;
    double theirCpu = 0;
    for (int round = 0; round < kRounds; ++round) {
        const double before = bench::cpuMs(RUSAGE_SELF);
        for (int i = 0; i < kLooksInRound; ++i) ours.ms.push_back(looks.look());
        ourCpu += bench::cpuMs(RUSAGE_SELF) - before;
        const double childrenBefore = bench::cpuMs(RUSAGE_CHILDREN);
        theirs.ms.push_back(chronyc(socket, reports()));  // all in one process, the best case for chronyc
        theirCpu += bench::cpuMs(RUSAGE_CHILDREN) - childrenBefore;
        if (round % 4 == 0) theirsEach.ms.push_back(chronycEach(socket));
    }
    std::printf(
        "chronyd with %d sources: tracking, sources, sourcestats, ntpdata, authdata, selectdata, names,\n"
        "serverstats, clients\n",
        kSources);
    line("our client", ours, "median at most 4");
    line("chronyc, one process for all", theirs, "");
    line("chronyc, one process per report", theirsEach, "");
    std::printf("%-50s        %8.1f x    of one process per report %4.1f x   at least 6\n",
                "faster than chronyc, medians", theirs.median() / ours.median(), theirsEach.median() / ours.median());
    std::printf("%-50s        %8.2f ms   of one chronyc for all %8.2f ms\n", "CPU time of a reading, our side",
                ourCpu / (kRounds * kLooksInRound), theirCpu / kRounds);
}

/// A scrape over TCP on a thread of its own, from connect() to the end of the answer.
double scrape(quint16 port, qsizetype& size) {
    QElapsedTimer timer;
    timer.start();
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const QByteArray request("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    size = 0;
    char buffer[65536];
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        ::write(fd, request.constData(), static_cast<std::size_t>(request.size())) == request.size())
        for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof buffer)) > 0;) size += got;
    ::close(fd);
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

void benchMetrics(const Observation& seen) {
    host::MetricRegistry registry;
    host::OwnerMetrics plugin(registry, QStringLiteral("ntp"));
    NtpMetrics metrics(plugin);
    SyncEstimator estimator;
    Times shown, scraped;
    for (int i = 0; i < kScrapes; ++i) {
        QElapsedTimer timer;
        timer.start();
        const time::SyncState state = estimator.update(seen, {});
        metrics.show(state, estimator.sources(), estimator.statistics());
        metrics.server().show(seen, {});
        shown.ms.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    }
    line("a reading into the metric registry", shown, "");

    host::HttpServer server;
    server.route("/metrics", [&registry](const host::HttpRequest&) {
        return host::HttpResponse{200, "text/plain", registry.serialize()};
    });
    if (!server.listen(QStringLiteral("127.0.0.1"), 0)) return;
    const auto port = static_cast<quint16>(QUrl(server.url()).port());
    qsizetype size = 0;
    QEventLoop loop;
    std::thread prometheus([&] {
        for (int i = 0; i < kScrapes; ++i) scraped.ms.push_back(scrape(port, size));
        QMetaObject::invokeMethod(&loop, &QEventLoop::quit, Qt::QueuedConnection);
    });
    loop.exec();
    prometheus.join();
    char beside[64];
    std::snprintf(beside, sizeof beside, "p99 at most 3; %lld bytes", static_cast<long long>(size));
    line("GET /metrics over TCP", scraped, beside);
}

}  // namespace

int main(int argc, char** argv) {
    const QCoreApplication app(argc, argv);
    const TestTree tree;
    Upstream upstream(tree);
    if (!upstream.start()) return 1;
    QByteArray sources;
    for (int i = 0; i < kSources; ++i)
        sources +=
            "server " + addressOf(i).toUtf8() + " iburst minpoll 4 port " + QByteArray::number(upstream.port()) + "\n";
    Upstream follower(tree, QStringLiteral("follower"), sources);
    if (!follower.start()) return 1;
    {
        ChronyClient client(follower.socket());
        ChronyMonitor monitor(client, {50ms, 50ms});
        QEventLoop loop;
        QObject::connect(&monitor, &ChronyMonitor::observed, &loop, [&loop](const Observation& seen) {
            const auto hasSample = [](const SourceReport& source) { return source.sinceSample.has_value(); };
            if (seen.sources && seen.sources->size() == kSources &&
                std::all_of(seen.sources->begin(), seen.sources->end(), hasSample))
                loop.quit();
        });
        monitor.start();
        loop.exec();
    }
    Looks looks(follower.socket());
    benchLooks(looks, follower.socket());
    benchMetrics(looks.last);
    return 0;
}
