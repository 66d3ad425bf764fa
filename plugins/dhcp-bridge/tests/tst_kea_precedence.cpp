// SPDX-License-Identifier: GPL-2.0-or-later
// Who wins in a real Kea where an administrator has set NTP servers somewhere: what he set reaches the clients that he
// set it for, before and after our change, and all others are pointed to us wherever that takes nothing from him.
#include <QTest>

#include "isolation.h"
#include "kea/kea_backend.h"
#include "kea/kea_socket.h"
#include "lease_client.h"
#include "support/outcome.h"

using namespace fos1;
using namespace fos1::dhcp;
using fos1::lab::IpFamily;
using fos1::lab::LeaseClient;
using fos1::lab::LeaseProgram;

namespace {

const QString kHis = QStringLiteral("10.9.9.9");
const QString kOurs = QStringLiteral("10.20.0.1");
const QByteArray kOption = R"("option-data": [{"name": "ntp-servers", "data": "10.9.9.9"}])";
const QByteArray kPhone = R"("name": "phones", "test": "option[60].text == 'phone'")";

const QByteArray kClass = R"(, "client-classes": [{ PHONE, OPTION }])";
const QByteArray kConditionalClass = R"(, "client-classes": [{ PHONE, "only-if-required": true, OPTION }])";
const QByteArray kRequired = R"(, "require-client-classes": [ "phones" ])";
// RFC 2132, 9.14: type 1 is Ethernet.
const QByteArray kReservation =
    R"(, "reservations": [{ "client-id": "01:HARDWARE", "ip-address": "10.20.0.77", OPTION }])";

const QByteArray kNone = R"("option-data": [])";
const QByteArray kTwoPools = R"({"pool": "10.20.0.100-10.20.0.109"}, {"pool": "10.20.0.150-10.20.0.200"})";

struct Places {
    QByteArray global;
    QByteArray network;
    QByteArray subnet;
    QByteArray pool;
};

QByteArray configuration(const Places& places) {
    return R"({"Dhcp4": {"interfaces-config": {"interfaces": ["lan.20"], "dhcp-socket-type": "raw"},
      "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/control"},
      "lease-database": {"type": "memfile", "persist": false}, "valid-lifetime": 600)" +
           places.global + R"(, "shared-networks": [{"name": "lan", "interface": "lan.20" )" + places.network +
           R"(, "subnet4": [{"id": 1, "subnet": "10.20.0.0/24")" + places.subnet +
           R"(, "pools": [{"pool": "10.20.0.100-10.20.0.200")" + places.pool + "}]}]}]}}";
}

}  // namespace

class TestKeaPrecedence : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    QString m_hardware;  ///< address of the phone

    /// What a client gets that asks now.
    [[nodiscard]] QString told(const QString& ns, const QStringList& more) const {
        const LeaseClient client(*m_lab, ns, LeaseProgram::Udhcpc, more);
        if (!QTest::qWaitFor([&] { return client.answers(IpFamily::V4) > 0; }, 15'000))
            return QStringLiteral("no lease");
        return client.timeServers(IpFamily::V4).join(u' ');
    }
    [[nodiscard]] QString phone() const {
        return told(QStringLiteral("cl20"), {QStringLiteral("-V"), QStringLiteral("phone")});
    }
    [[nodiscard]] QString other() const {
        return told(QStringLiteral("cl20"), {QStringLiteral("-V"), QStringLiteral("printer"), QStringLiteral("-x"),
                                             QStringLiteral("0x3d:01020304050607")});
    }

    [[nodiscard]] QByteArray with(QByteArray text) const {
        return text.replace("PHONE", kPhone).replace("OPTION", kOption).replace("HARDWARE", m_hardware.toLatin1());
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>(lab::FirstClient::Absent);
        m_lab->addVlan(20);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        const QByteArray link = m_lab->runIn("cl20", "ip", {"-br", "link", "show", "v-cl"}).output.simplified();
        m_hardware = QString::fromLatin1(link.split(' ').value(2));
    }

    void whoWins_data() {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QString>("phoneBefore");
        QTest::addColumn<QString>("phoneAfter");
        QTest::addColumn<QString>("otherAfter");
        const QString none;
        const auto row = [](const char* name, const Places& places, const QString& before, const QString& after,
                            const QString& others) {
            QTest::newRow(name) << configuration(places) << before << after << others;
        };
        const QByteArray comma = ", ";
        row("nowhere", {}, none, kOurs, kOurs);
        // Each of these would lose to ours in the subnet, so we set none.
        row("global", {comma + kOption, {}, {}, {}}, kHis, kHis, kHis);
        row("shared network", {{}, comma + kOption, {}, {}}, kHis, kHis, kHis);
        row("subnet", {{}, {}, comma + kOption, {}}, kHis, kHis, kHis);
        row("client class", {with(kClass), {}, {}, {}}, kHis, kHis, none);
        const QString his = QStringLiteral("10.8.8.8");
        const QByteArray another = QByteArray(comma + kOption).replace("10.9.9.9", his.toLatin1());
        row("client class and subnet", {with(kClass), {}, another, {}}, his, his, his);
        row("class that the subnet requires", {with(kConditionalClass), {}, kRequired, {}}, kHis, kHis, none);
        // These win over ours.
        row("pool", {{}, {}, {}, comma + kOption}, kHis, kHis, kHis);
        row("reservation", {{}, {}, with(kReservation), {}}, kHis, kHis, kOurs);
        // A class that nothing in the subnet requires decides nothing there.
        row("class that is not required", {with(kConditionalClass), {}, {}, {}}, none, kOurs, kOurs);
    }
    void whoWins() {
        QFETCH(const QByteArray, config);
        QFETCH(const QString, phoneBefore);
        QFETCH(const QString, phoneAfter);
        QFETCH(const QString, otherAfter);
        const auto kea = lab::startKea(*m_lab, "rt", "kea", IpFamily::V4, config);
        KeaBackend backend(std::make_unique<KeaSocket>(m_lab->path("kea/control")), kKea4,
                           Persistence::RunningServerOnly);
        QTRY_VERIFY2_WITH_TIMEOUT(outcome(backend, withdrawal()) == u"same", kea->log().constData(), 10'000);
        QCOMPARE(phone(), phoneBefore);
        const auto wanted = offerOfAddress(kOurs, 24, QStringLiteral("lan.20"));
        const QString applied = outcome(backend, wanted);
        QVERIFY2(applied == u"written" || applied == u"same", qPrintable(applied));
        QCOMPARE(phone(), phoneAfter);
        QCOMPARE(other(), otherAfter);
        QVERIFY(outcome(backend, withdrawal()) == applied);
        QCOMPARE(phone(), phoneBefore);
    }

    /// A group with servers of its own in a part of the subnet: they are set in the pool that lies within it.
    void aGroupInAPool() {
        QByteArray config = configuration({{}, {}, with(kReservation), {}});
        config.replace(kOption, kNone).replace("{\"pool\": \"10.20.0.100-10.20.0.200\"}", kTwoPools);
        const auto kea = lab::startKea(*m_lab, "rt", "kea", IpFamily::V4, config);
        KeaBackend backend(std::make_unique<KeaSocket>(m_lab->path("kea/control")), kKea4,
                           Persistence::RunningServerOnly);
        QTRY_VERIFY2_WITH_TIMEOUT(outcome(backend, withdrawal()) == u"same", kea->log().constData(), 10'000);
        auto wanted = std::make_shared<Offers>(*offerOfAddress(kOurs, 24, QStringLiteral("lan.20")));
        time::ClientState group;
        group.networks = QStringList{"10.20.0.96/28"};
        group.servers = QStringList{kHis, "10.9.9.8"};
        group.allow = true;
        wanted->groups["cameras"] = offerOf(group);
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        // The phone has a reservation outside of the pools.
        QCOMPARE(phone(), kOurs);
        QCOMPARE(other(), kHis + QStringLiteral(" 10.9.9.8"));
        QCOMPARE(outcome(backend, withdrawal()), QStringLiteral("written"));
        QCOMPARE(other(), QString());
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestKeaPrecedence test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_kea_precedence.moc"
