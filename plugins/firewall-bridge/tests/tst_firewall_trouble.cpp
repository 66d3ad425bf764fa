// SPDX-License-Identifier: GPL-2.0-or-later
// Failures of the real kernel: it does not answer, or it drops notifications that we depend on. In a network namespace
// of the test's own.
#include <linux/netlink.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <array>
#include <limits>

#include "isolation.h"
#include "support/bridge.h"

using namespace fos1;
using namespace fos1::firewall;
using namespace std::chrono_literals;

namespace {

/// The thread that queries netfilter.
pid_t worker() {
    for (const QString& id : QDir(QStringLiteral("/proc/self/task")).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile name(QStringLiteral("/proc/self/task/%1/comm").arg(id));
        if (name.open(QIODevice::ReadOnly) && name.readAll().startsWith("fos1-fw-")) return id.toInt();
    }
    return -1;
}

/// Stops one thread of this process, as a system call that does not return would, until this object is destroyed.
class Held {
   public:
    explicit Held(pid_t thread) {
        std::array<int, 2> ready{};
        if (::pipe(ready.data()) != 0) return;
        m_holder = ::fork();
        if (m_holder == 0) {
            int status = 0;
            const bool isHeld = ::ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) == 0 &&
                                ::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) == 0 &&
                                ::waitpid(thread, &status, __WALL) == thread;
            (void)!::write(ready[1], isHeld ? "y" : "n", 1);
            for (;;) ::pause();  // a thread that its tracer stops runs on when the tracer exits
        }
        char word = 'n';
        (void)!::read(ready[0], &word, 1);
        m_isHeld = word == 'y';
        for (const int fd : ready) ::close(fd);
    }
    ~Held() {
        ::kill(m_holder, SIGKILL);
        ::waitpid(m_holder, nullptr, 0);
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    [[nodiscard]] bool isHeld() const { return m_isHeld; }

   private:
    pid_t m_holder = -1;
    bool m_isHeld = false;
};

/// Leaves the notification sockets almost no buffer. Returns the number of such sockets; there is none while the table
/// is completed.
int makeHardOfHearing() {
    int found = 0;
    for (const QString& each : QDir(QStringLiteral("/proc/self/fd")).entryList(QDir::System | QDir::NoDotAndDotDot)) {
        const int fd = each.toInt();
        quint32 groups = 0;
        socklen_t size = sizeof groups;
        if (::getsockopt(fd, SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, &groups, &size) != 0 || groups == 0) continue;
        const int little = 1;
        if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof little) == 0) ++found;
    }
    return found;
}

/// More notifications than such a socket can hold, none of them about our table.
void makeNoise() {
    QByteArray elements;
    for (int i = 0; i < 4000; ++i) elements += QByteArray::number(i) + ',';
    other("add table inet noise\nadd set inet noise s { type mark; }\nadd element inet noise s { " +
          elements.chopped(1) + " }\ndelete table inet noise\n");
}

}  // namespace

class TestFirewallTrouble : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void cleanup() { other(removalText()); }

    void aChangeThatHangsIsTold() {
        Bridge b;
        b.say("a", true, "l1");
        QTRY_COMPARE(b.degraded(), QStringLiteral("False/Enforced"));
        int turns = 0;
        QTimer clock;
        connect(&clock, &QTimer::timeout, this, [&turns] { ++turns; });
        {
            const Held held(worker());
            QVERIFY(held.isHeld());
            QElapsedTimer timer;
            timer.start();
            clock.start(10);
            b.say("a", false, "l1");
            QTRY_COMPARE_WITH_TIMEOUT(b.degraded(), QStringLiteral("True/NoAnswer"), 20'000);
            QVERIFY2(timer.elapsed() >= 4500, qPrintable(QString::number(timer.elapsed())));
            // The loop kept running all the time.
            QVERIFY2(turns > 50, qPrintable(QString::number(turns)));
            b.say("b", true, "l2");
            QVERIFY(vlans().contains("open_123"));
        }
        QTRY_COMPARE_WITH_TIMEOUT(b.degraded(), QStringLiteral("False/Enforced"), 20'000);
        QTRY_VERIFY(vlans().contains("closed") && vlans().contains("l2"));
        QCOMPARE(b.repairs(), 0);
    }

    /// Here counters are read, not a change made: changes by others meanwhile are undone once the kernel answers again.
    void whatIsDoneWhileItHangsIsUndone() {
        Bridge b({1s, 10s});
        b.say("a", true, "l1");
        QTRY_COMPARE(b.degraded(), QStringLiteral("False/Enforced"));
        {
            const Held held(worker());
            QVERIFY(held.isHeld());
            QTRY_COMPARE_WITH_TIMEOUT(b.degraded(), QStringLiteral("True/NoAnswer"), 20'000);
            other(QByteArray("delete element ") + kTable + " vlans { \"l1\" }\n");
            QTest::qWait(100);
        }
        QTRY_COMPARE_WITH_TIMEOUT(b.degraded(), QStringLiteral("False/Enforced"), 20'000);
        QTRY_VERIFY(vlans().contains("l1"));
        QTRY_COMPARE(b.repairs(), 1);
    }

    void afterCountersThatHungAllIsWell() {
        Bridge b({1s, 10s});
        b.say("a", true, "l1");
        QTRY_COMPARE(b.degraded(), QStringLiteral("False/Enforced"));
        {
            const Held held(worker());
            QVERIFY(held.isHeld());
            QTRY_COMPARE_WITH_TIMEOUT(b.degraded(), QStringLiteral("True/NoAnswer"), 20'000);
        }
        QTRY_COMPARE_WITH_TIMEOUT(b.degraded(), QStringLiteral("False/Enforced"), 20'000);
        other(removalText());
        QTRY_VERIFY(vlans().contains("l1"));
        QTRY_COMPARE(b.repairs(), 1);
    }

    /// The stop waits for the change, and the configured policy for a stop is then applied.
    void aStopWhileItHangsIsCarriedOut() {
        Bridge b;
        b.say("a", true, "l1", Bridge::OnFailure::Open);
        QTRY_COMPARE(b.degraded(), QStringLiteral("False/Enforced"));
        const quint64 ticket = b.host.expect();
        {
            const Held held(worker());
            QVERIFY(held.isHeld());
            b.say("a", false, "l1", Bridge::OnFailure::Open);
            QTRY_COMPARE_WITH_TIMEOUT(b.degraded(), QStringLiteral("True/NoAnswer"), 20'000);
            b.firewall.stop(ticket);
            QVERIFY(vlans().contains("l1"));
        }
        QTRY_COMPARE(b.host.completion(ticket).outcome, Outcome::Ok);
        QVERIFY(vlans().isEmpty());
    }

    /// We do not know in advance that nft_limit cannot count a rate: the kernel's message is reported.
    void whatTheKernelRefusesIsToldInItsWords() {
        Bridge b;
        time::ServiceState state;
        state.interface = QStringLiteral("l1");
        state.port = 123;
        state.accepting = true;
        state.rateLimit = time::ServedRate{std::chrono::hours(24 * 7), std::numeric_limits<int>::max()};
        b.host.bus.set(QString::fromLatin1(time::ServiceState::kTopic), "a", state.encode());
        QTRY_COMPARE(b.degraded(), QStringLiteral("True/KernelRefuses"));
        QVERIFY(vlans().isEmpty());
        QVERIFY(b.host.status.message({}, QStringLiteral("Degraded")).contains("Could not process rule: "));
        QTRY_VERIFY(!b.told("a").value(QStringLiteral("enforced")).toBool());
        QTRY_COMPARE(b.told("a").value(QStringLiteral("reason")).toString(),
                     QStringLiteral("The kernel refused the table."));
        // Again, although nothing changed.
        QTRY_VERIFY(b.count("firewall_applies_total", QStringLiteral("failed")) >= 2);
        // Immediately when something changes.
        b.say("a", true, "l1");
        QTRY_COMPARE(b.degraded(), QStringLiteral("False/Enforced"));
        QVERIFY(vlans().contains("l1"));
        QVERIFY(b.count("firewall_apply_seconds_total") > 0);
    }

    /// Another process owns a table of our name: no other process may write it (nft(8), flags owner) until it exits.
    void whatIsNotAllowedNowIsTriedAgain() {
        auto owner = std::make_unique<NftSession>();
        const auto owned = owner->run(QByteArray("table ") + kTable + " { flags owner; }\n");
        QVERIFY2(owned, owned ? "" : qPrintable(owned.error().text()));
        Bridge b;
        b.say("a", true, "l1");
        QTRY_COMPARE(b.degraded(), QStringLiteral("True/NotPermitted"));
        QVERIFY(b.host.status.message({}, QStringLiteral("Degraded")).contains("Operation not permitted"));
        owner.reset();
        QTRY_COMPARE_WITH_TIMEOUT(b.degraded(), QStringLiteral("False/Enforced"), 20'000);
        QVERIFY(vlans().contains("l1"));
    }

    /// A change whose notification was lost is still detected.
    void aChangeThatWasNotToldIsUndone() {
        Bridge b;
        b.say("a", true, "l1");
        QTRY_COMPARE(b.degraded(), QStringLiteral("False/Enforced"));
        QTRY_COMPARE(makeHardOfHearing(), 1);
        makeNoise();
        other(removalText());
        QVERIFY(vlans().isEmpty());
        QTRY_VERIFY(vlans().contains("l1"));
        QTRY_VERIFY(b.firewall.isSettled());
    }

    /// An unknown change is not attributed to another program.
    void noiseAloneAccusesNobody() {
        Bridge b;
        b.say("a", true, "l1");
        QTRY_COMPARE(b.degraded(), QStringLiteral("False/Enforced"));
        QTRY_COMPARE(makeHardOfHearing(), 1);
        const qint64 applies = b.count("firewall_applies_total", QStringLiteral("done"));
        makeNoise();
        QTRY_VERIFY(b.count("firewall_applies_total", QStringLiteral("done")) > applies);
        QTRY_VERIFY(b.firewall.isSettled());
        QVERIFY(vlans().contains("l1"));
        QCOMPARE(b.repairs(), 0);
        QVERIFY(!b.host.events.reasons().contains(QStringLiteral("TableRepaired")));
    }

    /// Our own changes also cause many notifications: losing them must not lead to writing the table again and again.
    void ourOwnNoiseEnds() {
        Bridge b;
        b.say("a", true, "l1");
        QTRY_COMPARE(b.degraded(), QStringLiteral("False/Enforced"));
        QTRY_COMPARE(makeHardOfHearing(), 1);
        for (int i = 0; i < 500; ++i) b.say(QStringLiteral("v%1").arg(i), i % 2 == 0, QStringLiteral("x%1").arg(i));
        QTRY_VERIFY(vlans().contains("x499"));
        QTRY_VERIFY(b.firewall.isSettled());
        QTest::qWait(300);
        const qint64 applies = b.count("firewall_applies_total", QStringLiteral("done"));
        QTest::qWait(700);
        QCOMPARE(b.count("firewall_applies_total", QStringLiteral("done")), applies);
        QCOMPARE(b.repairs(), 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestFirewallTrouble test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_firewall_trouble.moc"
