// SPDX-License-Identifier: GPL-2.0-or-later
// A bus that is missing, late, killed, hung or slow, a name that is in use, and clients that ask too much or never
// read: the host continues and reconnects.
#include <sdbus-c++/sdbus-c++.h>
#include <signal.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <atomic>
#include <thread>

#include "bus_under_test.h"
#include "dbus/bus_link.h"
#include "dbus/dbus_names.h"
#include "dbus/object_tree.h"
#include "host_under_test.h"
#include "isolation.h"

using namespace fos1;
using namespace fos1::host::dbus;
using fos1::system::BusUnderTest;
using fos1::system::HostUnderTest;

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kIsMemoryGivenBack = false;  ///< AddressSanitizer keeps freed memory
#else
constexpr bool kIsMemoryGivenBack = true;
#endif

constexpr const char* kTopicPath = "/io/fos1/Host1/topics/time_sync/main_ntp";

QByteArray synchronised(const BusUnderTest& bus) {
    return bus.property("/topics/time_sync/main_ntp", "io.fos1.TimeSync1", "Synchronised");
}

QString linkOf(const HostUnderTest& host) { return host.call("host.status")[u"result"][u"dbus"].toString(); }

/// The longest of `times` response times of the host on its control socket.
qint64 slowestAnswerMs(const HostUnderTest& host, int times) {
    qint64 slowest = 0;
    for (int i = 0; i < times; ++i) {
        QElapsedTimer timer;
        timer.start();
        if (host.call("host.status")[u"result"][u"version"].toString().isEmpty()) return -1;
        slowest = std::max(slowest, timer.elapsed());
        QTest::qWait(5);
    }
    return slowest;
}

qint64 residentKiB(qint64 pid) {
    QFile file(QStringLiteral("/proc/%1/status").arg(pid));
    if (!file.open(QIODevice::ReadOnly)) return -1;
    for (const QByteArray& line : file.readAll().split('\n'))
        if (line.startsWith("VmRSS:")) return line.mid(6).trimmed().split(' ').first().toLongLong();
    return -1;
}

/// A client in a thread of its own that makes `perSecond` calls, or as many as it can.
class Caller {
   public:
    Caller(const BusUnderTest& bus, const char* path, const char* interface, const char* method, int perSecond,
           std::uint64_t timeoutUs)
        : m_thread([=, this, connection = bus.connection()] {
              const auto proxy = sdbus::createProxy(*connection, "io.fos1.Host1", path);
              proxy->finishRegistration();
              const auto start = std::chrono::steady_clock::now();
              while (!m_isEnding) {
                  try {
                      sdbus::MethodCall call = proxy->createMethodCall(interface, method);
                      if (std::string(method) == "GetAll") call << "io.fos1.Topic1";
                      proxy->callMethod(call, timeoutUs);
                      ++m_answered;
                  } catch (const sdbus::Error&) {
                      ++m_failed;
                  }
                  if (perSecond > 0)
                      std::this_thread::sleep_until(start + std::chrono::microseconds(1'000'000 / perSecond) *
                                                                m_answered.load());
              }
          }) {}
    ~Caller() {
        m_isEnding = true;
        m_thread.join();
    }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    [[nodiscard]] int answered() const { return m_answered; }
    [[nodiscard]] int failed() const { return m_failed; }

   private:
    std::atomic<bool> m_isEnding = false;
    std::atomic<int> m_answered = 0;
    std::atomic<int> m_failed = 0;
    std::thread m_thread;
};

}  // namespace

class TestDbusTrouble : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;

    [[nodiscard]] std::unique_ptr<HostUnderTest> host(const BusUnderTest& bus, const QString& name) const {
        auto host = std::make_unique<HostUnderTest>(*m_lab, name);
        host->config.replace("dbus: {enabled: false}", bus.config());
        lab::writeFile(host->manifest("a.yaml"),
                       "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\n"
                       "spec: {enabled: true, sources: {}, server: {}}\n");
        return host;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }

    void theBusMayComeLateGoAndComeBack() {
        BusUnderTest bus(*m_lab, "late");
        const auto host = this->host(bus, "late-host");
        QVERIFY(host->start());
        QTRY_COMPARE(linkOf(*host), QStringLiteral("no bus"));
        QVERIFY(bus.start());
        QTRY_COMPARE_WITH_TIMEOUT(synchronised(bus), QByteArray("b false"), 15'000);
        QCOMPARE(linkOf(*host), QStringLiteral("connected"));
        bus.kill();
        QTRY_COMPARE(linkOf(*host), QStringLiteral("no bus"));
        QVERIFY(slowestAnswerMs(*host, 3) < 1000);
        QVERIFY(bus.start());
        QTRY_COMPARE_WITH_TIMEOUT(synchronised(bus), QByteArray("b false"), 15'000);
        // One line per change of state, however many attempts were made.
        QCOMPARE(host->process().log().count("no bus yet"), 1);
        QCOMPARE(host->process().log().count("lost the bus"), 1);
        QCOMPARE(host->process().log().count("name=io.fos1.Host1"), 2);
        QCOMPARE(host->stop(), 0);
    }

    void aNameThatIsTakenIsWaitedFor() {
        BusUnderTest bus(*m_lab, "taken");
        QVERIFY(bus.start());
        auto other = bus.connection();
        other->requestName("io.fos1.Host1");
        const auto monitor = bus.client("taken-monitor", {"busctl", "--address=" + bus.address(), "monitor"});
        QTRY_VERIFY(!monitor->log().isEmpty());
        const auto host = this->host(bus, "taken-host");
        QVERIFY(host->start());
        QTRY_COMPARE(linkOf(*host), QStringLiteral("name refused"));
        QTRY_VERIFY(monitor->log().count("Member=RequestName") >= 2);
        other.reset();
        QTRY_COMPARE_WITH_TIMEOUT(synchronised(bus), QByteArray("b false"), 15'000);
        QCOMPARE(host->process().log().count("another process owns it"), 1);
        QCOMPARE(host->stop(), 0);
    }

    void aHungBusHoldsNobodyUp() {
        BusUnderTest bus(*m_lab, "hung");
        QVERIFY(bus.start());
        const auto host = this->host(bus, "hung-host");
        QVERIFY(host->start());
        QTRY_COMPARE(synchronised(bus), QByteArray("b false"));
        bus.process().signal(SIGSTOP);
        const qint64 slowest = slowestAnswerMs(*host, 100);
        bus.process().signal(SIGCONT);
        QVERIFY2(slowest >= 0 && slowest < 1000, qPrintable(QString::number(slowest)));
        QTRY_COMPARE(synchronised(bus), QByteArray("b false"));
        bus.process().signal(SIGSTOP);
        QCOMPARE(host->stop(), 0);
        bus.process().signal(SIGCONT);
    }

    void aBusThatHangsFromTheStart() {
        BusUnderTest bus(*m_lab, "frozen");
        QVERIFY(bus.start());
        bus.process().signal(SIGSTOP);
        const auto host = this->host(bus, "frozen-host");
        QVERIFY(host->start());
        QCOMPARE(linkOf(*host), QStringLiteral("connecting"));
        QVERIFY(slowestAnswerMs(*host, 20) < 1000);
        bus.process().signal(SIGCONT);
        QTRY_COMPARE_WITH_TIMEOUT(synchronised(bus), QByteArray("b false"), 15'000);
        QCOMPARE(host->stop(), 0);

        bus.process().signal(SIGSTOP);
        QVERIFY(host->start());
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(host->stop(), 0);
        QVERIFY(timer.elapsed() < 3000);
        bus.process().signal(SIGCONT);
    }

    void aThousandReadsASecondDisturbNobody() {
        BusUnderTest bus(*m_lab, "busy");
        QVERIFY(bus.start());
        const auto host = this->host(bus, "busy-host");
        QVERIFY(host->start());
        QTRY_COMPARE(synchronised(bus), QByteArray("b false"));
        const Caller reader(bus, kTopicPath, "org.freedesktop.DBus.Properties", "GetAll", 1000, 500'000);
        const qint64 slowest = slowestAnswerMs(*host, 300);
        qInfo("%d reads, slowest answer meanwhile %lld ms", reader.answered(), static_cast<long long>(slowest));
        QVERIFY(slowest >= 0 && slowest < 200);
        QTRY_VERIFY(reader.answered() >= 1000);
        QCOMPARE(reader.failed(), 0);
        QCOMPARE(host->stop(), 0);
    }

    void aClientThatNeverReadsCostsNothing() {
        BusUnderTest bus(*m_lab, "deaf");
        // The bus keeps what the client does not read, and at this limit it stops reading from us.
        bus.extra =
            "<limit name=\"max_incoming_bytes\">300000</limit>"
            "<limit name=\"max_replies_per_connection\">100000</limit>";
        QVERIFY(bus.start());
        const auto host = this->host(bus, "deaf-host");
        QVERIFY(host->start());
        QTRY_COMPARE(synchronised(bus), QByteArray("b false"));
        const auto monitor = bus.client("deaf-client", {"busctl", "--address=" + bus.address(), "monitor"});
        QTRY_VERIFY(!monitor->log().isEmpty());
        monitor->signal(SIGSTOP);
        const qint64 before = residentKiB(host->process().pid());
        {
            const Caller caller(bus, "/io/fos1/Host1", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", 0,
                                1000);
            // Well after the bus has stopped reading from us.
            QTRY_VERIFY_WITH_TIMEOUT(caller.failed() > 1000, 60'000);
            qInfo("%d lists until the bus was full", caller.answered());
            const qint64 slowest = slowestAnswerMs(*host, 200);
            QVERIFY2(slowest >= 0 && slowest < 1000, qPrintable(QString::number(slowest)));
        }
        const qint64 grown = residentKiB(host->process().pid()) - before;
        qInfo("grown by %lld KiB", static_cast<long long>(grown));
        QVERIFY2(!kIsMemoryGivenBack || grown < 16 * 1024, qPrintable(QString::number(grown)));
        monitor->signal(SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(synchronised(bus), QByteArray("b false"), 15'000);
        QCOMPARE(host->stop(), 0);
    }

    void aClientThatCallsAndNeverReads() {
        BusUnderTest bus(*m_lab, "mute");
        bus.extra =
            "<limit name=\"max_incoming_bytes\">300000</limit>"
            "<limit name=\"max_replies_per_connection\">100000</limit>";
        QVERIFY(bus.start());
        const auto host = this->host(bus, "mute-host");
        QVERIFY(host->start());
        QTRY_COMPARE(synchronised(bus), QByteArray("b false"));
        const qint64 before = residentKiB(host->process().pid());
        {
            const auto connection = bus.connection();
            const auto proxy = sdbus::createProxy(*connection, "io.fos1.Host1", "/io/fos1/Host1");
            proxy->finishRegistration();
            for (int i = 0; i < 5000; ++i) {
                sdbus::MethodCall call =
                    proxy->createMethodCall("org.freedesktop.DBus.ObjectManager", "GetManagedObjects");
                proxy->callMethod(
                    call, [](sdbus::MethodReply&, const sdbus::Error*) {}, 60'000'000);
                if (i % 10 == 0) QTest::qWait(5);
            }
            const qint64 slowest = slowestAnswerMs(*host, 200);
            QVERIFY2(slowest >= 0 && slowest < 1000, qPrintable(QString::number(slowest)));
            const qint64 grown = residentKiB(host->process().pid()) - before;
            qInfo("grown by %lld KiB", static_cast<long long>(grown));
            QVERIFY2(!kIsMemoryGivenBack || grown < 3 * 1024, qPrintable(QString::number(grown)));
        }
        QTRY_COMPARE_WITH_TIMEOUT(synchronised(bus), QByteArray("b false"), 15'000);
        QCOMPARE(host->stop(), 0);
    }

    void changesWhileTheBusHangsAreKeptOnce() {
        BusUnderTest bus(*m_lab, "kept");
        QVERIFY(bus.start());
        BusLink link;
        ObjectTree tree(link);
        const auto put = [&](int object, const QString& value) {
            tree.put(QStringLiteral("/io/fos1/Host1/x%1").arg(object).toStdString(), {{value}}, [] {
                return std::vector<InterfaceShape>{{"io.fos1.X1", {{"Text", DbusType::Text}}, {}}};
            });
        };
        const auto shown = [&] { return bus.property("/x9", "io.fos1.X1", "Text"); };
        connect(&link, &BusLink::down, &tree, &ObjectTree::clear);
        connect(&link, &BusLink::up, &tree, [&] {
            tree.put(kRootPath, {}, [] { return std::vector<InterfaceShape>(); });
            tree.manage();
        });
        link.start(bus.address());
        QTRY_COMPARE(link.state(), LinkState::Connected);
        for (int i = 0; i < 10; ++i) put(i, {});
        QTRY_COMPARE(shown(), QByteArray("s \"\""));
        bus.process().signal(SIGSTOP);
        const qint64 before = residentKiB(::getpid());
        QElapsedTimer timer;
        timer.start();
        // 100 kB ten times per round of 100 ms: 30 MB, if they were kept.
        while (timer.elapsed() < 3000) {
            for (int i = 0; i < 10; ++i)
                put(i, QString(100'000, QLatin1Char(static_cast<char>('a' + timer.elapsed() % 26))));
            QTest::qWait(10);
        }
        for (int i = 0; i < 10; ++i) put(i, QStringLiteral("last"));
        const qint64 grown = residentKiB(::getpid()) - before;
        bus.process().signal(SIGCONT);
        qInfo("grown by %lld KiB", static_cast<long long>(grown));
        QVERIFY2(!kIsMemoryGivenBack || grown < 12 * 1024, qPrintable(QString::number(grown)));
        QTRY_VERIFY(link.isClear());
        QCOMPARE(shown(), QByteArray("s \"last\""));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDbusTrouble test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dbus_trouble.moc"
