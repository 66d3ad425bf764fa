// SPDX-License-Identifier: GPL-2.0-or-later
// What a field about serving, about packets or about a leap second changes in a real chronyd: by packets, sockets,
// files, reports and its own words, with the field and without it.
#include <QDateTime>
#include <QTest>
#include <QTimeZone>

#include "isolation.h"
#include "materials_survey.h"
#include "ntp_responder.h"
#include "probe.h"
#include "support/lab_scene.h"
#include "support/listener.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;
using fos1::lab::NtpClaim;
using fos1::lab::NtpResponder;

namespace {

constexpr int kPatience = 40'000;
constexpr int kExpeditedForwarding = 46;

using Look = QByteArray (*)(const Datagram&);

QByteArray tosOf(const Datagram& request) { return QByteArray::number(request.tos); }

QByteArray senderOf(const Datagram& request) { return request.from; }

/// The type of the first extension field (RFC 7822), behind the header.
QByteArray extensionOf(const Datagram& request) { return request.payload.mid(48, 2).toHex(); }

/// A request to sources: what is seen without a field, and with it.
struct Mark {
    const char* name;
    const char* spec;  ///< FIELD is its place
    const char* field;
    Look look;
    const char* without;
    const char* with;
};

constexpr const char* kSource = "{sources: {servers: [{address: 10.1.0.1, minpoll: -2, maxpoll: -2 FIELD}]}}";
constexpr const char* kSources = "{sources: {servers: [{address: 10.1.0.1, minpoll: -2, maxpoll: -2}] FIELD}}";
constexpr const char* kServer =
    "{sources: {servers: [{address: 10.1.0.1, minpoll: -2, maxpoll: -2}]}, server: {interleaved: true FIELD}}";

constexpr std::array<Mark, 3> kMarks{{
    {"dscp", kServer, ", dscp: 46", tosOf, "0", "184"},
    {"extfield", kSource, ", extfield: [F323]", extensionOf, "", "f323"},
    {"bindAddresses of sources", kSources, ", bindAddresses: [10.1.0.22]", senderOf, "10.1.0.2", "10.1.0.22"},
}};

/// NTP in a PTP message, as chrony 4.2 and later exchange it: a Delay_Req to one host in domain 123 with a TLV.
QByteArray inPtp(const QByteArray& ntp) {
    QByteArray message(48, '\0');
    message[0] = 1;
    message[1] = 2;
    message[3] = static_cast<char>(48 + ntp.size());
    message[4] = 123;
    message[6] = 4;
    message.replace(44, 4, QByteArray::fromHex("2023"));
    message.insert(46, QByteArray(1, '\0') + static_cast<char>(ntp.size()));
    return message + ntp;
}

}  // namespace

class TestServerEffects : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;

    [[nodiscard]] QByteArray socketsAt(quint16 port) const {
        return m_lab->runIn("rt", "ss", {"-ulnH", QStringLiteral("sport = :%1").arg(port)}).output;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        QVERIFY(m_lab->runIn("rt", "ip", {"addr", "add", "10.1.0.22/24", "dev", "wan"}).exitCode == 0);
    }
    void init() { QVERIFY(startChronydIn(*m_lab, "rt")); }

    void requestsCarryAMark_data() {
        QTest::addColumn<int>("row");
        for (std::size_t i = 0; i < kMarks.size(); ++i) QTest::newRow(kMarks[i].name) << static_cast<int>(i);
    }
    void requestsCarryAMark() {
        QFETCH(int, row);
        const Mark& mark = kMarks[static_cast<std::size_t>(row)];
        for (const auto& [field, expected] : {std::pair("", mark.without), std::pair(mark.field, mark.with)}) {
            const Listener source(*m_lab, "up", 123);
            QVERIFY(source.isBound());
            Scene scene;
            QCOMPARE(scene.declare(QByteArray(mark.spec).replace("FIELD", field)), QString());
            QVERIFY(scene.plan().leftOut.empty());
            const Datagram request = source.next(kPatience);
            QVERIFY(request.payload.size() >= 48);
            QCOMPARE(mark.look(request), QByteArray(expected));
        }
    }

    void answersCarryAMark() {
        for (const int dscp : {0, kExpeditedForwarding}) {
            Scene scene;
            QCOMPARE(scene.declare("{server: {local: {enabled: true}, dscp: " + QByteArray::number(dscp) +
                                   "}, security: {access: [{network: 10.2.0.0/24, permission: allow}]}}"),
                     QString());
            const Listener client(*m_lab, "cl");
            client.send(lab::ntpPacket(3), "10.2.0.1", scene.spec.server.port);
            const Datagram answer = client.next(kPatience);
            QCOMPARE(answer.payload.size(), 48);
            QCOMPARE(answer.tos, dscp << 2);
        }
    }

    /// Whatever the routes are: through the wrong device nothing gets to a source.
    void requestsLeaveThroughADevice() {
        const NtpResponder source(*m_lab, QStringLiteral("up"), NtpClaim());
        const NtpResponder other(*m_lab, QStringLiteral("cl"), NtpClaim());
        const QByteArray both =
            "servers: [{address: 10.1.0.1, minpoll: -2, maxpoll: -2}, {address: 10.2.0.2, minpoll: "
            "-2, maxpoll: -2}]}}";
        const auto reached = [](const Scene& scene, int line) {
            const QByteArrayList lines = scene.chronyc({QStringLiteral("-c"), QStringLiteral("sources")}).split('\n');
            return lines.value(line).split(',').value(5).toInt(nullptr, 8);
        };
        for (const bool isBound : {false, true}) {
            Scene scene;
            QCOMPARE(scene.declare((isBound ? "{sources: {bindDevice: lan.10, " : "{sources: {") + both), QString());
            QVERIFY(QTest::qWaitFor([&] { return reached(scene, 1) == 255; }, kPatience));
            QVERIFY(isBound ? reached(scene, 0) == 0
                            : QTest::qWaitFor([&] { return reached(scene, 0) == 255; }, kPatience));
        }
    }

    /// It answers NTP in PTP messages there, and in them alone.
    void ptpPort() {
        constexpr quint16 kPort = 319;
        const auto answer = [this](const QByteArray& request) {
            const Listener client(*m_lab, "cl");
            client.send(request, "10.2.0.1", kPort);
            return client.next(1000).payload;
        };
        const QByteArray rest =
            "local: {enabled: true}}, security: {access: [{network: 10.2.0.0/24, permission: allow}]}}";
        Scene scene;
        QCOMPARE(scene.declare("{server: {" + rest), QString());
        QCOMPARE(socketsAt(kPort), QByteArray());
        QCOMPARE(scene.declare("{server: {ptpPort: 319, " + rest), QString());
        QVERIFY(socketsAt(kPort).contains(":319"));
        const QByteArray wrapped = answer(inPtp(lab::ntpPacket(3)));
        QCOMPARE(wrapped.size(), 96);
        QCOMPARE(wrapped.at(48) & 7, 4);  // an NTP server's answer
        QCOMPARE(answer(lab::ntpPacket(3)).size(), 0);
    }

    void clientloglimit() {
        const auto recorded = [this](const QByteArray& field) {
            Scene scene;
            if (const QString why =
                    scene.declare("{server: {local: {enabled: true}" + field +
                                  "}, security: {access: [{network: 127.0.0.0/8, permission: allow}]}}");
                !why.isEmpty()) {
                qWarning("%s", qPrintable(why));
                return -1;
            }
            constexpr int kClients = 60;
            for (int i = 1; i <= kClients; ++i) {
                const QString own = QStringLiteral("127.0.9.%1").arg(i);
                bool isAnswered = false;
                m_lab->inside("rt", [&] {
                    QUdpSocket socket;
                    if (!socket.bind(QHostAddress(own), 0)) return;
                    socket.writeDatagram(lab::ntpPacket(3), QHostAddress::LocalHost, scene.spec.server.port);
                    isAnswered = socket.waitForReadyRead(5000);
                });
                if (!isAnswered) return -2;
            }
            return static_cast<int>(scene.chronyc({QStringLiteral("-c"), QStringLiteral("clients")}).count("127.0.9."));
        };
        QCOMPARE(recorded({}), 60);
        const int few = recorded(", clientloglimit: 1024");
        QVERIFY2(few > 0 && few < 40, qPrintable(QString::number(few)));
    }

    /// At the end of a December, by a clock that is ahead.
    void leapSeconds_data() {
        QTest::addColumn<QByteArray>("mode");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("slew") << QByteArray("slew") << QByteArray("Adjusting system clock for leap second");
        QTest::newRow("ignore") << QByteArray("ignore") << QByteArray("Ignoring leap second");
        // This chronyd sets no clock.
        QTest::newRow("system") << QByteArray("system") << QByteArray("Could not step system clock");
    }
    void leapSeconds() {
        QFETCH(QByteArray, mode);
        QFETCH(QByteArray, words);
        const QDateTime now = QDateTime::currentDateTimeUtc();
        const QDateTime midnight(QDate(now.date().year() + 1, 1, 1), QTime(0, 0), Qt::UTC);
        const std::chrono::seconds shift(now.secsTo(midnight) - 15);
        const NtpResponder source(*m_lab, QStringLiteral("up"), NtpClaim{shift, 1, 1});
        QVERIFY(startChronydIn(*m_lab, "rt", shift));
        Scene scene;
        QCOMPARE(scene.declare("{sources: {servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]}, "
                               "server: {leap: {mode: " +
                               mode + "}}}"),
                 QString());
        QTRY_VERIFY2_WITH_TIMEOUT(scene.hasLogged(words), scene.logged.join(u'\n').toLocal8Bit().constData(), 40'000);
        for (const char* other :
             {"Adjusting system clock for leap second", "Ignoring leap second", "Could not step system clock"})
            QCOMPARE(scene.hasLogged(other), words == other);
    }

    /// A client whose clock is years behind does not believe a certificate of today, unless it is told to.
    void nocerttimecheck() {
        Scene server;
        server.spec.nts.enabled = true;
        server.spec.nts.port = 4460;
        server.spec.server.local = {true, false, 1, std::nullopt};
        server.spec.access = {{*IpPrefix::parse(QStringLiteral("127.0.0.0/8")), Permission::Allow}};
        const Survey found =
            MaterialsSurvey(server.layout, runAs)
                .survey(server.spec, QStringLiteral("default"), {}, {4, 3}, {},
                        {*IpAddress::parse(QStringLiteral("127.0.0.1"))}, QDateTime::currentSecsSinceEpoch());
        server.materials = found.materials;
        QCOMPARE(server.apply(), QString());
        QVERIFY(startChronydIn(*m_lab, "rt", -24h * 365 * 5));
        for (const bool isTold : {false, true}) {
            Scene client;
            ServerSpec source;
            source.address = QStringLiteral("127.0.0.1");
            source.options.port = server.spec.server.port;
            source.options.nts = source.options.iburst = true;
            client.spec.servers = {source};
            client.spec.server.port = 0;
            client.spec.nts.trustedCerts = {found.nts->authorityFile};
            if (isTold) client.spec.nts.nocerttimecheck = 1;
            client.materials = MaterialsSurvey(client.layout, runAs)
                                   .survey(client.spec, QStringLiteral("default"), {}, {4, 3}, {}, {},
                                           QDateTime::currentSecsSinceEpoch())
                                   .materials;
            QCOMPARE(client.apply(), QString());
            const auto hasKeys = [&] { return client.field("authdata", 8).toInt() > 0; };  // cookies
            const auto isRefused = [&] { return client.hasLogged("not yet valid"); };
            QVERIFY2(QTest::qWaitFor([&] { return isTold ? hasKeys() : isRefused(); }, 3 * kPatience),
                     QByteArray(client.chronyc({QStringLiteral("authdata")}) + client.logged.join(u'\n').toUtf8())
                         .constData());
            QCOMPARE(client.hasLogged("not yet valid"), !isTold);
        }
    }

    /// Connections for key exchanges beyond the rate are closed unanswered, and counted.
    void ntsratelimit() {
        for (const bool isLimited : {false, true}) {
            Scene server;
            server.spec.nts.enabled = true;
            server.spec.nts.port = 4460;
            server.spec.nts.rateLimit = {isLimited, 64s, 1, 1};
            server.spec.access = {{*IpPrefix::parse(QStringLiteral("10.2.0.0/24")), Permission::Allow}};
            server.materials =
                MaterialsSurvey(server.layout, runAs)
                    .survey(server.spec, QStringLiteral("default"), {}, {4, 3}, {},
                            {*IpAddress::parse(QStringLiteral("10.2.0.1"))}, QDateTime::currentSecsSinceEpoch())
                    .materials;
            QCOMPARE(server.apply(), QString());
            const lab::Probe client(*m_lab, QStringLiteral("cl"));
            for (int i = 0; i < 20; ++i) QVERIFY(client.connect("10.2.0.1", 4460) == lab::Connection::Opens);
            QTRY_COMPARE(server.shown("serverstats", "NTS-KE connections accepted").toInt(), 20);  // with the dropped
            const int dropped = server.shown("serverstats", "NTS-KE connections dropped").toInt();
            QVERIFY2(isLimited ? dropped > 5 : dropped == 0, qPrintable(QString::number(dropped)));
        }
    }

    void eachLogIsAFile_data() {
        QTest::addColumn<QByteArray>("log");
        for (const char* log : {"measurements", "rawmeasurements", "selection", "statistics", "tracking"})
            QTest::newRow(log) << QByteArray(log);
    }
    void eachLogIsAFile() {
        QFETCH(QByteArray, log);
        const NtpResponder source(*m_lab, QStringLiteral("up"), NtpClaim());
        Scene scene;
        QCOMPARE(
            scene.declare("{server: {log: [" + log +
                          "]}, sources: {servers: [{address: 10.1.0.1, iburst: true, minpoll: -4, maxpoll: -4}]}}"),
            QString());
        const QString directory = scene.layout.paths().logDirectory;
        const auto files = [&] { return QDir(directory).entryList(QDir::Files); };
        // 4.3 writes raw measurements into the file of the others.
        const QString file = (log == "rawmeasurements" ? QByteArray("measurements") : log) + QStringLiteral(".log");
        QTRY_COMPARE_WITH_TIMEOUT(files(), QStringList(file), kPatience);
        QTRY_VERIFY(readAll(directory + u'/' + file).contains("10.1.0.1"));
    }

    /// Nothing here has such a clock, and chronyd takes every word.
    void hardwareTimestampOptions() {
        Scene scene;
        QCOMPARE(scene.declare("{server: {hwtimestamp: [{interface: '*', txcomp: 0.000001, rxcomp: 0.000002, minpoll: "
                               "-2, minsamples: 3, maxsamples: 9, rxfilter: ptp}]}}"),
                 QString());
        QVERIFY(scene.plan().leftOut.empty());
        QVERIFY2(
            scene.plan().config.contains(
                "\nhwtimestamp * txcomp 0.000001 rxcomp 0.000002 minpoll -2 minsamples 3 maxsamples 9 rxfilter ptp\n"),
            scene.plan().config.constData());
        QVERIFY(scene.engine.state().pid > 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestServerEffects test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_server_effects.moc"
