// SPDX-License-Identifier: GPL-2.0-or-later
// The cost of a satellite receiver: sentences a second on one core, the heap, and a receiver that reports ten times a
// second over a pseudo-terminal; and how its samples scatter beside a bare read(2), and beside a gpsd that gets the
// same bytes, in the statistics of one chronyd.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <QTemporaryDir>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include "isolation.h"
#include "lab.h"
#include "measure.h"
#include "receiver.h"
#include "refclock/gps_clock.h"

using namespace fos1;
using namespace fos1::measure;
using namespace fos1::ntp;

namespace {

std::atomic<quint64> allocations{0};

QByteArray minutes(int count) {
    QByteArray bytes;
    for (int second = 0; second < count * 60; ++second) {
        lab::Report report;
        report.time = QDateTime(QDate(2026, 11, 28), QTime(8, 30), Qt::UTC).addSecs(second);
        bytes += lab::burst(report);
    }
    return bytes;
}

double processorMs() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

void parser() {
    const QByteArray bytes = minutes(10);
    NmeaParser parser;
    quint64 times = 0;
    const double before = processorMs();
    constexpr int kRounds = 100;
    const quint64 heap = allocations;
    for (int i = 0; i < kRounds; ++i)
        parser.feed(bytes, [&times](const NmeaSentence& sentence) { times += sentence.time ? 1 : 0; });
    const double ms = processorMs() - before;
    line("nmea: sentences parsed on one core", static_cast<double>(parser.accepted()) / ms / 1e3, "M/s",
         "goal 1 or more");
    line("nmea: heap allocations meanwhile", static_cast<double>(allocations - heap), "", "goal 0");

    NmeaReceiver receiver({}, {}, [](const ReceiverSample&) {});
    Arrival at{1'790'000'000'000'000'000, 1'000'000'000};
    const auto second = [&](qsizetype& from) {
        const qsizetype end = bytes.indexOf("$GNRMC", from + 1);
        receiver.feed(QByteArrayView(bytes).sliced(from, (end < 0 ? bytes.size() : end) - from), at);
        at.realNs += kNsPerSecond;
        at.rawNs += kNsPerSecond;
        from = end;
    };
    qsizetype from = 0;
    for (int i = 0; i < 60; ++i) second(from);
    const quint64 steady = allocations;
    const double start = processorMs();
    const quint64 had = receiver.parser().accepted();
    for (int i = 0; i < kRounds; ++i)
        for (from = 0; from >= 0;) second(from);
    line("nmea: from bytes to samples",
         static_cast<double>(receiver.parser().accepted() - had) / (processorMs() - start) / 1e3, "M/s");
    line("nmea: heap allocations meanwhile", static_cast<double>(allocations - steady), "", "goal 0");
}

/// Offsets of samples in ms, and their standard deviation.
struct Scatter {
    std::vector<double> values;
    [[nodiscard]] double deviation() const {
        double sum = 0;
        double squares = 0;
        for (const double each : values) {
            sum += each;
            squares += each * each;
        }
        const auto count = static_cast<double>(values.size());
        return values.size() < 2 ? 0 : std::sqrt(std::max(squares / count - sum / count * (sum / count), 0.0));
    }
};

class Samples {
   public:
    explicit Samples(const QString& path) : m_file(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, qPrintable(path), sizeof address.sun_path);
        if (::bind(m_file, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) qFatal("bind failed");
    }
    ~Samples() { ::close(m_file); }
    Samples(const Samples&) = delete;
    Samples& operator=(const Samples&) = delete;
    void take(Scatter& scatter) const {
        std::array<char, 64> bytes{};
        while (::recv(m_file, bytes.data(), bytes.size(), 0) == 40) {
            double offset = 0;
            std::memcpy(&offset, bytes.data() + 16, sizeof offset);
            scatter.values.push_back(offset * 1e3);
        }
    }

   private:
    int m_file;
};

/// The first byte after 300 ms of quiet, with a timestamp right behind read(2).
void readBare(const QString& device, const std::atomic<bool>& isDone, Scatter& scatter) {
    const int file = ::open(qPrintable(device), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    while (!isDone) {
        pollfd wait{file, POLLIN, 0};
        const bool isQuiet = ::poll(&wait, 1, 300) == 0;
        if (isQuiet && ::poll(&wait, 1, 1000) <= 0) continue;
        std::array<char, 4096> bytes{};
        (void)!::read(file, bytes.data(), bytes.size());
        if (!isQuiet) continue;
        const qint64 ns = arrivalNow().realNs;
        scatter.values.push_back(-static_cast<double>(ns % kNsPerSecond) / 1e6);
    }
    ::close(file);
}

GpsSpec specOf(const QString& device) {
    GpsSpec spec;
    spec.device = device;
    spec.options.refid = QStringLiteral("NMEA");
    return spec;
}

void scatter() {
    constexpr int kSeconds = 60;
    const QTemporaryDir dir;
    lab::Playing playing;
    playing.jitterMs = 5;
    lab::Receiver ours(playing);
    const Samples socket(dir.filePath(QStringLiteral("s")));
    Scatter samples;
    {
        const GpsClock clock(specOf(ours.device()), dir.filePath(QStringLiteral("s")), std::chrono::seconds(1), {});
        (void)runUntil([] { return false; }, kSeconds * 1000);
    }
    socket.take(samples);
    lab::Receiver another(playing);
    Scatter bare;
    std::atomic<bool> isDone{false};
    std::thread reader([&] { readBare(another.device(), isDone, bare); });
    (void)runUntil([] { return false; }, kSeconds * 1000);
    isDone = true;
    reader.join();
    line("receiver: standard deviation of our samples (uniform jitter of +-5 ms)", samples.deviation(), "ms");
    line("receiver: the same of a bare read()", bare.deviation(), "ms", "goal: ours at most 1.2 times that");
}

/// A listener in the router's namespace, whose only client gets bytes from another thread.
class Line {
   public:
    explicit Line(const lab::Lab& lab) {
        lab.inside(QStringLiteral("rt"), [this] { m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); });
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(m_listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(m_listener, 1) != 0 ||
            ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            qFatal("no listener");
        port = ntohs(address.sin_port);
        m_thread = std::thread([this] { m_client = ::accept(m_listener, nullptr, nullptr); });
    }
    ~Line() {
        ::shutdown(m_listener, SHUT_RDWR);
        m_thread.join();
        if (m_client >= 0) ::close(m_client);
        ::close(m_listener);
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    void write(const QByteArray& bytes) const {
        if (m_client >= 0)
            (void)::send(m_client, bytes.constData(), static_cast<std::size_t>(bytes.size()),
                         MSG_NOSIGNAL | MSG_DONTWAIT);
    }

    quint16 port = 0;

   private:
    int m_listener = -1;
    std::atomic<int> m_client{-1};
    std::thread m_thread;
};

/// The standard deviation in ms that chronyd reports of a source, and of how many samples.
std::pair<double, int> statisticsOf(const QByteArray& table, const char* source) {
    for (const QByteArray& row : table.split('\n'))
        if (const QByteArrayList cells = row.split(','); cells.size() > 7 && cells[0] == source)
            return {cells[7].toDouble() * 1e3, cells[1].toInt()};
    return {0, 0};
}

void besideGpsd() {
    constexpr int kSeconds = 150;
    const lab::Lab lab;
    const Line bytes(lab);
    lab::Playing playing;
    playing.jitterMs = 5;
    const lab::Receiver receiver(playing, [&bytes](const QByteArray& piece) { bytes.write(piece); });
    const auto chronyd = lab.startChronyd(QStringLiteral("rt"), QStringLiteral("c"),
                                          "refclock SHM 0 refid GPSD poll 2\nrefclock SOCK " +
                                              lab.path(QStringLiteral("c/s")).toUtf8() + " refid OURS poll 2\n");
    const auto gpsd =
        lab.startIn(QStringLiteral("rt"), QStringLiteral("gpsd"), QStringLiteral("gpsd"),
                    {QStringLiteral("-N"), QStringLiteral("-n"), QStringLiteral("tcp://127.0.0.1:%1").arg(bytes.port)});
    const GpsClock clock(specOf(receiver.device()), lab.path(QStringLiteral("c/s")), std::chrono::seconds(1), {});
    (void)runUntil([] { return false; }, kSeconds * 1000);
    const QByteArray table =
        lab::run(QStringLiteral("chronyc"), {QStringLiteral("-c"), QStringLiteral("-h"),
                                             lab.path(QStringLiteral("c/chronyd.sock")), QStringLiteral("sourcestats")})
            .output;
    const auto ours = statisticsOf(table, "OURS");
    const auto theirs = statisticsOf(table, "GPSD");
    line("receiver: standard deviation in chronyd's sourcestats", ours.first, "ms",
         qPrintable(QStringLiteral("%1 samples").arg(ours.second)));
    line("receiver: the same of gpsd (SHM), beside it", theirs.first, "ms",
         qPrintable(QStringLiteral("%1 samples; goal: ours at most that").arg(theirs.second)));
}

void tenHertz() {
    constexpr int kSeconds = 20;
    const QTemporaryDir dir;
    lab::Playing playing;
    playing.fault = lab::ReceiverFault::TenHertz;
    const lab::Receiver receiver(playing);
    // Of an event loop that does nothing but wake up to see whether time is over.
    const double idle = processorMs();
    (void)runUntil([] { return false; }, kSeconds * 1000);
    const double idleMs = processorMs() - idle;
    const GpsClock clock(specOf(receiver.device()), {}, std::chrono::seconds(1), {});
    (void)runUntil([] { return false; }, 2000);
    const double before = processorMs();
    const quint64 sentences = clock.facts().gnss->sentences;
    (void)runUntil([] { return false; }, kSeconds * 1000);
    const double ms = processorMs() - before - idleMs;
    line("receiver: sentences a second", static_cast<double>(clock.facts().gnss->sentences - sentences) / kSeconds,
         "/s");
    line("receiver: processor time for them", ms / kSeconds / 10, "%", "goal 0.5 or less");
}

}  // namespace

// NOLINTBEGIN(misc-new-delete-overloads,cppcoreguidelines-no-malloc)
void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size)) return memory;
    std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
// NOLINTEND(misc-new-delete-overloads,cppcoreguidelines-no-malloc)

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        // The shared memory of gpsd and chronyd has a fixed key.
        if (::unshare(CLONE_NEWIPC) != 0) return 1;
        const QCoreApplication app(argc, argv);
        parser();
        tenHertz();
        scatter();
        besideGpsd();
        return 0;
    });
}
