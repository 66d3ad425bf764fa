// SPDX-License-Identifier: GPL-2.0-or-later
// A program that we start asks for our AppArmor profile in between fork and exec. A file stands in for the kernel's
// attribute, which not every kernel has; what the kernel then does is AppArmor's.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "chrony/confinement.h"

using namespace fos1::ntp;

namespace {

/// What was written by a program started with these attributes, and whether it ran.
bool runs(const QByteArray& attribute, const QByteArray& old) {
    QProcess process;
    process.setChildProcessModifier([attribute, old] { confineNextProgram(attribute.constData(), old.constData()); });
    process.start(QStringLiteral("/bin/true"), QStringList());
    return process.waitForFinished(10'000) && process.exitCode() == 0;
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("none");
}

}  // namespace

class TestConfinement : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void theProfileIsNamed() {
        const QTemporaryDir dir;
        for (const char* name : {"new", "old"})
            QVERIFY(QFile(dir.filePath(QLatin1String(name))).open(QIODevice::WriteOnly));
        const QByteArray now = dir.filePath(QStringLiteral("new")).toUtf8();
        const QByteArray old = dir.filePath(QStringLiteral("old")).toUtf8();
        QVERIFY(runs(now, old));
        QCOMPARE(contentOf(QString::fromUtf8(now)), QByteArray("exec fos1-chronyd"));
        QCOMPARE(contentOf(QString::fromUtf8(old)), QByteArray());
        QVERIFY(runs("/nowhere/exec", old));
        QCOMPARE(contentOf(QString::fromUtf8(old)), QByteArray("exec fos1-chronyd"));
    }

    void withoutAppArmorTheProgramRunsAllTheSame() {
        QVERIFY(runs("/nowhere/exec", "/nowhere/exec"));
        QVERIFY(runs("/dev/full", "/nowhere/exec"));
        QVERIFY(runs(kExecAttribute, kOldExecAttribute));
    }
};

QTEST_GUILESS_MAIN(TestConfinement)
#include "tst_confinement.moc"
