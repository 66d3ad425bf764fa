// SPDX-License-Identifier: GPL-2.0-or-later
// The pages of the plugin as the host asks for them, with a real chronyd.
#include <QElapsedTimer>
#include <QTest>
#include <QUdpSocket>

#include "fos1/page.h"
#include "network/vlan.h"
#include "support/page_reading.h"
#include "support/running_plugin.h"

using namespace fos1;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

namespace {

const QString kUpstream = QStringLiteral("127.0.0.1");

/// A request from each of `count` addresses of the loopback, as clients send it.
void askFrom(int count, quint16 port) {
    QByteArray request(48, '\0');
    request[0] = 0x23;
    for (int i = 0; i < count; ++i) {
        QUdpSocket socket;
        const QString address = QStringLiteral("127.1.%1.%2").arg(i / 250).arg(i % 250 + 1);
        QVERIFY(socket.bind(QHostAddress(address), 0));
        socket.writeDatagram(request, QHostAddress::LocalHost, port);
        QVERIFY(socket.waitForReadyRead(2000));
    }
}

QCborMap allowing(QCborMap server = {}) {
    server.insert(QStringLiteral("port"), servicePort());
    const QCborMap all{{QStringLiteral("network"), QStringLiteral("127.0.0.0/8")},
                       {QStringLiteral("permission"), QStringLiteral("allow")}};
    return {{QStringLiteral("server"), server},
            {QStringLiteral("security"), QCborMap{{QStringLiteral("access"), QCborArray{all}}}}};
}

}  // namespace

class TestNtpPages : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void withoutAService() {
        Running r;
        QCOMPARE(r.startError, QString());
        for (const char* page : {"status", "tracking", "sources", "sourcestats", "selectdata", "authdata",
                                 "serverstats", "clients", "why"})
            QVERIFY2(errorOf(r.page(QLatin1String(page))).startsWith(QStringLiteral("there is no NTPService")), page);
        QVERIFY(
            errorOf(r.page(QStringLiteral("source"), QStringLiteral("a"))).startsWith(QStringLiteral("there is no")));
    }

    void reportsOfARunningChronyd() {
        Running r;
        Upstream upstream(r.tree());
        QVERIFY2(upstream.start(), upstream.log().constData());
        QVERIFY(r.reconciled({object(spec({server(kUpstream, upstream.port())}))}).outcome == Outcome::Ok);
        QTRY_VERIFY_WITH_TIMEOUT(r.sync(kName) && r.sync(kName)->synchronised, 20'000);
        const QCborMap tracking = r.page(QStringLiteral("tracking"));
        QVERIFY(page::check(tracking));
        QCOMPARE(valueOf(tracking, "Reference ID").toString(), QStringLiteral("7F000001"));
        QCOMPARE(valueOf(tracking, "Stratum").toInteger(), 2);
        QVERIFY(!field(tracking, "Update interval").isEmpty());  // 0 until the second update
        const QCborMap status = r.page(QStringLiteral("status"), kName);
        QVERIFY(!field(status, "Last update").isEmpty());
        QVERIFY(
            field(status, "chronyd").value(QStringLiteral("note")).toString().startsWith(QStringLiteral("version ")));
        const QCborMap source = r.page(QStringLiteral("source"), kUpstream);
        QVERIFY(page::check(source));
        QVERIFY(valueOf(source, "Sample points", 1).toInteger() > 0);
        // On a busy machine a packet may take long enough to fail one.
        const QString tests = valueOf(source, "NTP tests", 2).toString();
        QVERIFY2(tests == u"all passed" || tests.startsWith(u"failed: "), qPrintable(tests));
        QCOMPARE(valueOf(source, "Reference ID", 2).toString(), QStringLiteral("7F7F0101"));
        QVERIFY(!valueOf(source, "RX timestamping", 2).toString().isEmpty());
        QVERIFY(valueOf(source, "Total valid RX", 2).toInteger() > 0);
        QVERIFY(!valueOf(source, "State", 3).toString().isEmpty());
        QCOMPARE(valueOf(source, "Mode", 4).toString(), QStringLiteral("none"));
        for (const char* name : {"sourcestats", "selectdata", "authdata"}) {
            const QCborMap table = r.page(QLatin1String(name));
            QVERIFY(page::check(table));
            QCOMPARE(rowsOf(table).size(), 1);
        }
        QVERIFY(valueOf(r.page(QStringLiteral("serverstats")), "Command packets received").toInteger() > 0);

        const auto& metrics = r.metrics();
        QCOMPARE(metrics.value(QStringLiteral("ntp_leap_status"), QStringLiteral("normal")), std::optional<qint64>(1));
        QVERIFY(metrics.value(QStringLiteral("ntp_reference_age_seconds")).value_or(-1) >= 0);
        QVERIFY(metrics.value(QStringLiteral("ntp_reference_age_seconds")).value_or(-1) < 20'000'000'000);
        QCOMPARE(metrics.find(QStringLiteral("ntp_chronyd_info"))->series.size(), 1u);
        QVERIFY(metrics.value(QStringLiteral("ntp_source_last_sample_age_seconds"), kUpstream + u' ' + kUpstream));
    }

    /// More clients than there are on one page, by both orders; the plugin's own requests are told apart.
    void clients() {
        Running r;
        QVERIFY(r.reconciled({object(spec({}, allowing()))}).outcome == Outcome::Ok);
        constexpr int kClients = 1500;
        askFrom(kClients, servicePort());
        const QCborMap page = r.page(QStringLiteral("clients"));
        QVERIFY(page::check(page));
        QVERIFY(valueOf(page, "Clients").toInteger() >= kClients);
        QCOMPARE(valueOf(page, "Shown").toInteger(), 20);
        QCOMPARE(cellsOf(page, 0, 1).at(0).toString(), QStringLiteral("this node"));  // the loopback is
        QCOMPARE(rowsOf(page, 2).size(), 20);
        for (int i = 0; i < 3; ++i) askFrom(1, servicePort());
        QElapsedTimer timer;
        timer.start();
        const QCborMap most = r.page(QStringLiteral("clients"), QStringLiteral("requests:1000"));
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(page::check(most));
        QCOMPARE(rowsOf(most, 2).size(), 1000);
        QStringList firstTwo{cellsOf(most, 0, 2).at(0).toString(), cellsOf(most, 1, 2).at(0).toString()};
        QVERIFY2(firstTwo.contains(QStringLiteral("127.1.0.1")), qPrintable(firstTwo.join(u' ')));
        QVERIFY(
            errorOf(r.page(QStringLiteral("clients"), QStringLiteral("newest"))).contains(QStringLiteral("neither")));
    }

    void withoutAClientLog() {
        Running r;
        QVERIFY(r.reconciled({object(spec({}, allowing({{QStringLiteral("interleaved"), false}})))}).outcome ==
                Outcome::Ok);
        QVERIFY(
            errorOf(r.page(QStringLiteral("clients"))).contains(QStringLiteral("spec.server.interleaved is false")));
        QVERIFY(r.reconciled({object(spec({}, {{QStringLiteral("enabled"), false}}), 2)}).outcome == Outcome::Ok);
        QCOMPARE(errorOf(r.page(QStringLiteral("clients"))), QStringLiteral("chronyd does not run"));
    }
};

QTEST_GUILESS_MAIN(TestNtpPages)
#include "tst_ntp_pages.moc"
