// SPDX-License-Identifier: GPL-2.0-or-later
// Three upstreams, one of which lies: two real chronyd and a responder that serves configured values. Which source is
// followed, what is reported about each, and what clients get when the honest ones are gone.
#include <QTest>
#include <csignal>

#include "host_under_test.h"
#include "isolation.h"
#include "ntp_responder.h"
#include "probe.h"

using namespace fos1;
using namespace std::chrono_literals;
using fos1::lab::NtpClaim;
using fos1::system::HostUnderTest;

namespace {

const QString kHonest[] = {QStringLiteral("10.1.0.1"), QStringLiteral("10.1.2.1")};
const QString kLiar = QStringLiteral("10.1.3.1");
constexpr std::chrono::nanoseconds kLie = 2s;

QByteArray server(const QString& address) {
    return "      - {address: " + address.toUtf8() + ", iburst: true, minpoll: -2, maxpoll: -2}\n";
}

}  // namespace

class TestUpstreams : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_honest[2];
    std::unique_ptr<lab::NtpResponder> m_liar;
    std::unique_ptr<HostUnderTest> m_host;

    void startHonest() {
        const QByteArray config = "local stratum 1\nallow\n";
        m_honest[0] = m_lab->startChronyd("up", "honest-1", config);
        m_honest[1] = m_lab->startChronyd("up2", "honest-2", config);
    }
    void killHonest() {
        for (const auto& each : m_honest) {
            each->signal(SIGKILL);
            each->waitForEnd(5000);
        }
    }
    [[nodiscard]] QJsonObject source(const QString& name) const {
        const QJsonArray sources = m_host->service("main-ntp")[u"status"][u"sources"].toArray();
        for (const QJsonValue& each : sources)
            if (each[u"name"].toString() == name) return each.toObject();
        return {};
    }
    [[nodiscard]] QString reason(const QString& name) const { return source(name)[u"reason"].toString(); }
    [[nodiscard]] QString chronydsMark(const QString& address) const {
        const QByteArray shown = lab::run("chronyc", {"-h", m_host->chronySocket(), "-c", "-n", "sources"}).output;
        for (const QByteArray& line : shown.split('\n'))
            if (line.split(',').value(2) == address.toUtf8()) return QString::fromLatin1(line.split(',').value(1));
        return {};
    }
    [[nodiscard]] QJsonObject sync() const { return m_host->syncState("main-ntp")[u"value"].toObject(); }
    [[nodiscard]] bool isFollowingTheHonest() const {
        const QString followed = sync()[u"source"][u"address"].toString();
        return sync()[u"fit_to_advertise"].toBool() && (followed == kHonest[0] || followed == kHonest[1]);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        m_lab->addUpstream(2);
        m_lab->addUpstream(3);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        startHonest();
        m_liar = std::make_unique<lab::NtpResponder>(*m_lab, "up3", NtpClaim{kLie});
        QVERIFY2(m_liar->problem().isEmpty(), qPrintable(m_liar->problem()));
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"),
                               "apiVersion: ntp.fos1.io/v1alpha1\n"
                               "kind: NTPService\n"
                               "metadata: {name: main-ntp}\n"
                               "spec:\n"
                               "  enabled: true\n"
                               "  sources:\n"
                               "    servers:\n" +
                                   server(kHonest[0]) + server(kHonest[1]) + server(kLiar) +
                                   "  server: {}\n"
                                   "  security: {access: [{network: 10.2.0.0/24, permission: allow}]}\n"
                                   "  monitoring: {sourcesMinimum: 3}\n"
                                   "  advertise: {holdover: {duration: 3600, errorBound: 500}}\n"));
        QVERIFY(m_host->start());
    }
    void cleanupTestCase() {
        m_host.reset();
        m_liar.reset();
    }

    /// Tests the lab itself: the configured values are measured, over both families.
    void theResponderSaysWhatItIsToldTo() {
        for (const char* address : {"10.1.3.1", "fd01:3::1"}) {
            const auto answer = lab::Probe(*m_lab, "rt").time(address);
            QVERIFY2(answer, address);
            QVERIFY(std::chrono::abs(answer->offset - kLie) < 100ms);
            QVERIFY(answer->roundTrip > 0ns && answer->roundTrip < 100ms);
            QCOMPARE(answer->stratum, 1);
            QCOMPARE(answer->leap, 0);
        }
        const auto honest = lab::Probe(*m_lab, "rt").time(kHonest[1]);
        QVERIFY(honest && std::chrono::abs(honest->offset) < 100ms);
    }

    void aLiarIsFoundOut() {
        QTRY_VERIFY_WITH_TIMEOUT(reason(kLiar) == u"Falseticker" && chronydsMark(kLiar) == u"x", 15'000);
        QTRY_VERIFY_WITH_TIMEOUT(isFollowingTheHonest(), 15'000);
        QVERIFY(source(kLiar)[u"why"].toString().contains("disagrees with the majority"));
        QTRY_COMPARE(sync()[u"sources"][u"selectable"].toInt(), 2);
        const auto why = m_host->ctl({"ntp", "why"});
        QString liarsLine;
        for (const QByteArray& line : why.output.split('\n'))
            if (line.startsWith("! " + kLiar.toLatin1())) liarsLine = QString::fromUtf8(line);
        QVERIFY2(liarsLine.contains("falseticker") && liarsLine.contains("from the others' common interval"),
                 why.output.constData());
        QCOMPARE(why.output.count("falseticker"), liarsLine.count("falseticker"));
        // Its clients get the time of the majority.
        const auto answer = lab::Probe(*m_lab, "cl").time("10.2.0.1");
        QVERIFY(answer && answer->leap == 0 && answer->stratum == 2);
        QVERIFY(std::chrono::abs(answer->offset) < 100ms);
    }

    /// A server that reports itself unsynchronized is not a falseticker, and is not used either.
    void oneThatIsNotSynchronisedIsNotUsed() {
        m_liar->claim({0s, 0, 3});
        QTRY_COMPARE_WITH_TIMEOUT(reason(kLiar), QStringLiteral("Unsynchronised"), 15'000);
        QTRY_VERIFY(isFollowingTheHonest());
    }

    void oneThatMendsItsWaysIsUsed() {
        m_liar->claim({});
        const auto isUsed = [&] {
            const QString mark = chronydsMark(kLiar);
            return sync()[u"sources"][u"selectable"].toInt() == 3 && !mark.isEmpty() &&
                   QStringLiteral("*+-").contains(mark);
        };
        QTRY_VERIFY_WITH_TIMEOUT(isUsed(), 40'000);
        QTRY_VERIFY_WITH_TIMEOUT(sync()[u"fit_to_advertise"].toBool(), 15'000);
    }

    void oneThatLiesAgainIsFoundOutAgain() {
        m_liar->claim({-kLie});
        QTRY_COMPARE_WITH_TIMEOUT(reason(kLiar), QStringLiteral("Falseticker"), 40'000);
        QTRY_VERIFY_WITH_TIMEOUT(isFollowingTheHonest(), 15'000);
    }

    /// Two that disagree: neither can be identified as right, so neither is followed. A single one is accepted.
    void oneAgainstOneIsNoMajority() {
        m_honest[1]->signal(SIGKILL);
        m_honest[1]->waitForEnd(5000);
        QTRY_COMPARE_WITH_TIMEOUT(reason(kHonest[1]), QStringLiteral("NoAnswer"), 40'000);
        QTRY_COMPARE_WITH_TIMEOUT(reason(kLiar), QStringLiteral("NoMajority"), 40'000);
        QTRY_COMPARE_WITH_TIMEOUT(reason(kHonest[0]), QStringLiteral("NoMajority"), 40'000);
        // chronyd itself discards its state and reports this to clients.
        QTRY_VERIFY_WITH_TIMEOUT(!sync()[u"synchronised"].toBool(), 40'000);
        QVERIFY(!sync()[u"fit_to_advertise"].toBool());
        std::optional<lab::TimeAnswer> answer;
        QTRY_VERIFY((answer = lab::Probe(*m_lab, "cl").time("10.2.0.1")) && answer->leap == 3);
    }

    /// chronyd follows a single source; that the time moves by the lie prevents advertising it to clients.
    void aLiarAloneIsNotToldToClients() {
        killHonest();
        QTRY_COMPARE_WITH_TIMEOUT(sync()[u"source"][u"address"].toString(), kLiar, 150'000);
        QTRY_VERIFY_WITH_TIMEOUT(!sync()[u"fit_to_advertise"].toBool(), 15'000);
        QVERIFY2(sync()[u"reason"].toString().contains("since other sources were followed"),
                 qPrintable(sync()[u"reason"].toString()));
        const QJsonArray conditions = m_host->service("main-ntp")[u"status"][u"conditions"].toArray();
        QCOMPARE(HostUnderTest::condition(conditions, "EnoughSources")[u"status"].toString(), QStringLiteral("False"));
    }

    void theHonestComeBack() {
        startHonest();
        QTRY_VERIFY_WITH_TIMEOUT(isFollowingTheHonest(), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(reason(kLiar), QStringLiteral("Falseticker"), 15'000);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestUpstreams test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_upstreams.moc"
