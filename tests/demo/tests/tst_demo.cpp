// SPDX-License-Identifier: GPL-2.0-or-later
// The demo as its user runs it: the table once, as root and in a plain user's user namespace; the addresses that it
// prints; and its exit, after which nothing is left.
#include <QDir>
#include <QRegularExpression>
#include <QTest>
#include <csignal>

#include "isolation.h"
#include "lab.h"
#include "tree.h"

using namespace fos1;

namespace {

const QString kDemo = tree::builtFile(QStringLiteral("bin/fos1-demo"));

QString captured(const QByteArray& text, const QString& pattern) {
    const QRegularExpression expression(pattern, QRegularExpression::MultilineOption);
    // The last table is the current one.
    QString found;
    for (auto it = expression.globalMatch(QString::fromUtf8(text)); it.hasNext();) found = it.next().captured(1);
    return found;
}

QString manifests(const QByteArray& output) { return captured(output, QStringLiteral("^Change: +(\\S+)$")); }

/// The cells of a row, without its name.
QStringList row(const QByteArray& output, const QString& name) {
    const QString line = captured(output, u'^' + QRegularExpression::escape(name) + QStringLiteral(" +(\\S.*)$"));
    return line.split(QRegularExpression(QStringLiteral("   +")));
}

}  // namespace

class TestDemo : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    /// What is left of the processes and the directory of a demo with this output.
    [[nodiscard]] QString leftOf(const QByteArray& output) const {
        const QString place = manifests(output);
        if (place.isEmpty()) return QStringLiteral("the output does not name its directory");
        const QString dir = QDir::cleanPath(place + QStringLiteral("/../.."));
        if (!lab::processesWith(dir.toUtf8()).isEmpty()) return QStringLiteral("processes");
        return QDir(dir).exists() ? dir : QString();
    }

   private Q_SLOTS:
    void initTestCase() { QCOMPARE(lab::run("ip", {"link", "set", "lo", "up"}).exitCode, 0); }

    void once_data() {
        QTest::addColumn<QStringList>("wrapper");
        QTest::newRow("as we are") << QStringList();
        QTest::newRow("as a user who maps only himself") << QStringList{"unshare", "--user", "--map-root-user"};
    }
    void once() {
        QFETCH(const QStringList, wrapper);
        const QStringList words = wrapper + QStringList{kDemo, "--once"};
        const auto done = lab::run(words.front(), words.mid(1), 90'000);
        const QByteArray& output = done.output;
        QVERIFY2(done.exitCode == 0, (output + done.errors).constData());
        QVERIFY2(!output.contains('\x1b'), output.constData());
        QCOMPARE(row(output, "WHAT A CLIENT SEES"),
                 QStringList({"STAFF (lan.10)", "GUESTS (lan.20)", "CAMERAS (lan.30)"}));
        QCOMPARE(row(output, "time from"), QStringList({"10.10.0.1", "10.20.0.1", "-"}));
        QVERIFY(row(output, "stratum, refid")[0].startsWith("2, 10.1."));
        QCOMPARE(row(output, "leap"), QStringList({"normal", "normal", "-"}));
        const QStringList answered = row(output, "answers to 8 requests");
        QVERIFY2(answered[0] == u"8" && answered[1].toInt() >= 1 && answered[2] == u"0", output.constData());
        QCOMPARE(row(output, "request elsewhere"),
                 QStringList({"no answer", "answered here (stratum 2)", "no answer"}));
        QCOMPARE(row(output, "udp/123"),
                 QStringList({"IPv4 open, IPv6 open", "IPv4 open, IPv6 open", "IPv4 closed, IPv6 closed"}));
        QCOMPARE(row(output, "tcp/4460 (NTS keys)"), QStringList({"open", "closed", "closed"}));
        const QStringList leases = row(output, "DHCP: lease");
        for (int i = 0; i < 3; ++i)
            QVERIFY2(leases[i].startsWith(QStringLiteral("10.%1.0.").arg(10 * (i + 1))), output.constData());
        QCOMPARE(row(output, "DHCP: option 42"), QStringList({"10.10.0.1", "10.20.0.1", "-"}));
        QCOMPARE(row(output, "DNS: ntp.lab.example").mid(0, 2), QStringList({"10.10.0.1", "10.20.0.1"}));
        QVERIFY2(!captured(output, "^10\\.1\\.3\\.1 +lies by 2 s +(falseticker)").isEmpty(), output.constData());
        QVERIFY2(!captured(output, "^10\\.1\\.0\\.1 +honest +(selected|combined)").isEmpty(), output.constData());
        QCOMPARE(leftOf(output), QString());
    }

    void troubleIsFound_data() {
        QTest::addColumn<QString>("trouble");
        QTest::addColumn<QString>("found");
        QTest::newRow("port") << "port"
                              << "chronyd (pid ";
        QTest::newRow("loop") << "loop"
                              << "takes its time from this machine now, which is a timing loop";
    }
    void troubleIsFound() {
        QFETCH(const QString, trouble);
        QFETCH(const QString, found);
        const auto done = lab::run(kDemo, {"--once", "--trouble", trouble}, 150'000);
        QVERIFY2(done.exitCode == 0, (done.output + done.errors).constData());
        QVERIFY2(captured(done.output, "^Found: +(\\S.*)$").contains(found), done.output.constData());
        QCOMPARE(leftOf(done.output), QString());
    }

    void itsAddressesAndItsEnd_data() {
        QTest::addColumn<int>("signal");
        QTest::newRow("Ctrl-C") << SIGINT;
        QTest::newRow("kill") << SIGTERM;
        QTest::newRow("kill -9") << SIGKILL;
    }
    void itsAddressesAndItsEnd() {
        QFETCH(const int, signal);
        lab::Daemon demo(m_dir.filePath(QString::number(signal)), kDemo, {});
        QTRY_COMPARE_WITH_TIMEOUT(row(demo.log(), "time from").value(0), QStringLiteral("10.10.0.1"), 40'000);
        const QByteArray output = demo.log();
        const auto metrics = lab::run("curl", {"-sS", "-m", "5", captured(output, "^Metrics: +(\\S+)")});
        QVERIFY2(metrics.output.contains("firewall_enforced_vlans"), (metrics.output + metrics.errors).constData());
        QStringList ask = captured(output, "^Show: +(.*)$").split(u' ');
        const QString ctl = QDir::current().absoluteFilePath(ask.takeFirst());
        const auto shown = lab::run(ctl, ask);
        QVERIFY2(shown.output.contains("cameras"), (ctl.toUtf8() + shown.errors).constData());
        const QString manifest = manifests(output) + QStringLiteral("/main-ntp.yaml");
        QFile file(manifest);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(lab::writeFile(manifest, file.readAll().replace("cameras, enabled: false", "cameras, enabled: true")));
        QTRY_COMPARE_WITH_TIMEOUT(row(demo.log(), "time from").value(2), QStringLiteral("10.30.0.1"), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(row(demo.log(), "DHCP: option 42").value(2), QStringLiteral("10.30.0.1"), 20'000);
        demo.signal(signal);
        const int status = demo.waitForEnd(20'000);
        QCOMPARE(status, signal == SIGKILL ? -1 : 0);
        QTRY_COMPARE_WITH_TIMEOUT(leftOf(output), QString(), 20'000);
    }

    void twoAtOnce() {
        lab::Daemon first(m_dir.filePath("first"), kDemo, {"--once"});
        lab::Daemon second(m_dir.filePath("second"), kDemo, {"--once"});
        QCOMPARE(first.waitForEnd(90'000), 0);
        QCOMPARE(second.waitForEnd(90'000), 0);
        QVERIFY(manifests(first.log()) != manifests(second.log()));
        QVERIFY(captured(first.log(), "^Metrics: +(\\S+)") != captured(second.log(), "^Metrics: +(\\S+)"));
        QCOMPARE(leftOf(first.log()), QString());
        QCOMPARE(leftOf(second.log()), QString());
    }

    void wrongWords() {
        const auto done = lab::run(kDemo, {"--nonsense"});
        QCOMPARE(done.exitCode, 1);
        QVERIFY2(done.errors.contains("nonsense"), done.errors.constData());
        QCOMPARE(lab::run(kDemo, {"--trouble", "none"}).exitCode, 1);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDemo test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_demo.moc"
