// SPDX-License-Identifier: GPL-2.0-or-later
// A key in a Secret reaches two real chronyd instances, which then accept each other's packets. No query, log or dump
// shows it.
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include "host_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::system::HostUnderTest;

namespace {

constexpr const char* kKey = "Kq7vWzR2pXn4";  // appears nowhere else in this tree
constexpr const char* kInlineKey = "Zb8mJt5yLd3c";

QByteArray service() {
    return QByteArray(
               "apiVersion: ntp.fos1.io/v1alpha1\n"
               "kind: NTPService\n"
               "metadata: {name: main-ntp}\n"
               "spec:\n"
               "  enabled: true\n"
               "  sources:\n"
               "    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2, keyId: 4}]\n"
               "  server: {}\n"
               "  security:\n"
               "    access: [{network: 10.2.0.0/24, permission: allow}]\n"
               "    authentication:\n"
               "      keys:\n"
               "        - {id: 4, type: SHA256, valueFrom: {secretKeyRef: {name: ntp-keys, key: upstream}}}\n"
               "        - {id: 5, type: SHA256, value: ") +
           kInlineKey + "}\n";
}

QByteArray secret() {
    return "apiVersion: v1\nkind: Secret\nmetadata: {name: ntp-keys}\ndata: {upstream: " + QByteArray(kKey).toBase64() +
           "}\n";
}

}  // namespace

class TestSecrets : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<HostUnderTest> m_host;

    [[nodiscard]] static bool isShown(const QByteArray& text) {
        for (const char* key : {kKey, kInlineKey}) {
            const QByteArray bytes(key);
            if (text.contains(bytes) || text.contains(bytes.toBase64()) || text.contains(bytes.toHex()) ||
                text.contains(bytes.toHex().toUpper()))
                return true;
        }
        return false;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        const QString keys = m_lab->path(QStringLiteral("upstream.keys"));
        QVERIFY(lab::writeFile(keys, QByteArray("4 SHA256 ") + kKey + "\n"));
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\nkeyfile " + keys.toUtf8() + '\n');
        QVERIFY(m_upstream);
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        QVERIFY(m_host->start());
    }

    void aKeyFromASecretIsUsed() {
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), service()));
        const auto left = [&] {
            return HostUnderTest::condition(m_host->service("main-ntp")[u"status"][u"conditions"].toArray(),
                                            "FullyImplemented")[u"message"]
                .toString();
        };
        QTRY_VERIFY2(left().contains("the Secret default/ntp-keys does not exist"), qPrintable(left()));

        QVERIFY(lab::writeFile(m_host->manifest("secret.yaml"), secret()));
        QVERIFY(QFile::setPermissions(m_host->manifest("secret.yaml"), QFile::ReadOwner));
        QTRY_VERIFY_WITH_TIMEOUT(m_host->syncState("main-ntp")[u"value"][u"synchronised"].toBool(), 10'000);
        QTRY_VERIFY2(left() == QStringLiteral("Every field of the spec is in force."), qPrintable(left()));
    }

    void nothingShowsIt() {
        for (const QStringList& command :
             {QStringList{"get", "secrets"}, QStringList{"get", "secret", "ntp-keys", "-o", "yaml"},
              QStringList{"get", "secret", "ntp-keys", "-o", "json"},
              QStringList{"get", "ntp", "main-ntp", "-o", "yaml"}, QStringList{"topic", "get"}, QStringList{"events"},
              QStringList{"ntp", "status"}, QStringList{"status"}}) {
            const auto result = m_host->ctl(command);
            QVERIFY2(result.exitCode == 0, (result.output + result.errors).constData());
            QVERIFY2(!isShown(result.output + result.errors), qPrintable(command.join(u' ')));
        }
        QVERIFY(m_host->ctl({"get", "secret", "ntp-keys", "-o", "yaml"}).output.contains("upstream: '********'") ||
                m_host->ctl({"get", "secret", "ntp-keys", "-o", "yaml"}).output.contains("upstream: \"********\""));
        QVERIFY(!isShown(m_host->http("/metrics")));
        QVERIFY(!isShown(m_host->process().log()));
        // Of all files below the host's directory, only the manifests and the keyfile contain it, and other users
        // cannot read those.
        QStringList holders;
        QDirIterator files(m_host->path({}), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            if (!file.open(QIODevice::ReadOnly) || !isShown(file.readAll())) continue;
            holders.append(QFileInfo(file).fileName());
            if (QFileInfo(file).fileName() == QStringLiteral("chrony.keys"))
                QCOMPARE(file.permissions() & (QFile::ReadOther | QFile::WriteOther), QFile::Permissions());
        }
        holders.sort();
        QCOMPARE(holders, QStringList({"chrony.keys", "main.yaml", "secret.yaml"}));
    }

    /// A new value alone is a change, although none of it is shown.
    void aNewValueIsAChange() {
        QByteArray other = secret();
        other.replace(QByteArray(kKey).toBase64(), QByteArray("Xw4").toBase64());
        const auto before = m_host->ctl({"diff", "-f", "-"}, secret());
        QVERIFY2(before.exitCode == 0, (before.output + before.errors).constData());
        const auto after = m_host->ctl({"diff", "-f", "-"}, other);
        QVERIFY2(after.exitCode == 1 && after.output.contains("+ key 4") && !isShown(after.output),
                 (after.output + after.errors).constData());
        const auto applied = m_host->ctl({"apply", "-f", "-"}, other);
        QVERIFY2(applied.output.contains("configured"), (applied.output + applied.errors).constData());
        QVERIFY(m_host->ctl({"apply", "-f", "-"}, other).output.contains("unchanged"));
        QVERIFY(m_host->ctl({"apply", "-f", "-"}, secret()).output.contains("configured"));
    }

    void aMistakeBesideItDoesNotShowItEither() {
        QByteArray broken = service();
        broken.replace("type: SHA256, value", "type: AES128, value");
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), broken));
        const auto message = [&] {
            return m_host->pluginCondition("crd-watcher", "ManifestsValid")[u"message"].toString();
        };
        QTRY_VERIFY2(message().contains("has 12 bytes"), qPrintable(message()));
        QVERIFY(!isShown(message().toUtf8()) && !isShown(m_host->process().log()));
    }

    /// The process contains secrets, so it must not leave a core dump.
    void aCrashLeavesNoCore() {
        const qint64 pid = m_host->call("host.status")[u"result"][u"pid"].toInteger();
        QVERIFY(pid > 0);
        QTRY_COMPARE(m_host->chronyds().size(), 1);
        static const QRegularExpression kNoCore(QStringLiteral("Max core file size +[01] +[01] "));
        for (const qint64 process : {pid, m_host->chronyds().first()}) {
            QFile file(QStringLiteral("/proc/%1/limits").arg(process));
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QString limits = QString::fromLatin1(file.readAll());
            QVERIFY2(kNoCore.match(limits).hasMatch(), qPrintable(limits));
        }
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestSecrets test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_secrets.moc"
