// SPDX-License-Identifier: GPL-2.0-or-later
// The memory of names: on the disk before anything is claimed, whole after a crash, and not growing.
#include <QTemporaryDir>
#include <QTest>

#include "update/name_memory.h"

using namespace fos1;
using namespace fos1::dns;

namespace {

bool added(NameMemory& memory, const std::set<DnsName>& names) {
    std::optional<Result<void>> outcome;
    memory.add(names, [&](const Result<void>& noted) { outcome = noted; });
    return QTest::qWaitFor([&] { return outcome.has_value(); }) && outcome->has_value();
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(none)");
}

bool appendTo(const QString& path, const QByteArray& text) {
    QFile file(path);
    return file.open(QIODevice::Append) && file.write(text) == text.size();
}

}  // namespace

class TestNameMemory : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

   private Q_SLOTS:
    void namesOutliveAProcess() {
        const QString path = m_dir.filePath("dns/lan.names");
        const std::set<DnsName> names{*DnsName::parse("ntp.lan.test"), *DnsName::parse("lan.test")};
        {
            NameMemory memory(path);
            QVERIFY(memory.load() && memory.names().empty());
            QVERIFY(added(memory, names));
        }
        // A line that a crash has cut does not spoil the next one.
        QVERIFY(appendTo(path, "cut.la"));
        {
            NameMemory memory(path);
            QVERIFY(memory.load() && added(memory, {*DnsName::parse("more.lan.test")}));
        }

        NameMemory memory(path);
        QVERIFY(memory.load());
        QCOMPARE(memory.names().size(), std::size_t(4));
        memory.remove({*DnsName::parse("lan.test")});
        QCOMPARE(memory.names().size(), std::size_t(3));
        memory.remove(std::set<DnsName>(memory.names()));
        QTRY_VERIFY(contentOf(path).isEmpty());
        NameMemory nowhere("/proc/none/x");
        QVERIFY(!added(nowhere, names));
    }

    void aFileDoesNotGrowWithNamesThatComeAndGo() {
        const QString path = m_dir.filePath("dns/moving.names");
        NameMemory memory(path);
        QVERIFY(added(memory, {*DnsName::parse("stays.lan.test")}));
        for (int round = 0; round < 30; ++round) {
            std::set<DnsName> names;
            for (int i = 0; i < 100; ++i)
                names.insert(*DnsName::parse(QStringLiteral("n%1-%2.test").arg(round).arg(i)));
            QVERIFY(added(memory, names));
            memory.remove(names);
        }
        NameMemory again(path);
        QTRY_VERIFY(contentOf(path).count('\n') < 2500);
        QVERIFY(again.load() && again.names().contains(*DnsName::parse("stays.lan.test")));
    }
};

QTEST_GUILESS_MAIN(TestNameMemory)
#include "tst_name_memory.moc"
