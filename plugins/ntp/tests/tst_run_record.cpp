// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of a running chronyd reads back as it was written, and only for that very process and those keys.
#include <unistd.h>

#include <QTest>

#include "chrony/run_record.h"

using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

constexpr qint64 kPid = 42;
constexpr quint64 kStart = 4711;
const QByteArray kKeys = "1 SHA256 HEX:00112233\n";

AccessRule rule(const char* network, Permission permission) {
    return {*IpPrefix::parse(QString::fromLatin1(network)), permission};
}

RunRecord record() {
    RunRecord record;
    record.pid = kPid;
    record.plan.config = "port 123\n";
    record.plan.sources = "server 10.1.0.1\n";
    record.plan.keys = kKeys;
    record.plan.online.sourceNames = {QStringLiteral("10.1.0.1"), QStringLiteral("ntp.example")};
    record.plan.online.keyOf = {{QStringLiteral("ntp.example"), 4294967295}};
    record.plan.online.leasedOn = {{QStringLiteral("10.1.0.1"), QStringLiteral("wan0")}};
    record.plan.online.maxUpdateSkew = 0.5;
    record.plan.online.settingsAreLogged = true;
    record.plan.online.makestep = {1500ms, -1};
    record.plan.online.local = {true, true, 7, 2s, 1ms, 60s, 0s};
    record.plan.online.access = {rule("10.0.0.0/8", Permission::Allow), rule("fd00::/8", Permission::Deny)};
    record.held = HeldSettings(record.plan);
    // Taken away online: chronyd still has a rule for it.
    record.held.access.carriedOut({rule("10.7.0.0/16", Permission::Deny)});
    return record;
}

}  // namespace

class TestRunRecord : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void readsBack() {
        const RunRecord written = record();
        const auto read = decodeRunRecord(encode(written, kStart), kPid, kStart, kKeys);
        QVERIFY(read);
        QCOMPARE(read->pid, kPid);
        QVERIFY(read->plan == written.plan);
        QVERIFY(read->held.access.rules() == written.held.access.rules());
        QVERIFY(read->held.makestep == written.held.makestep);
        QVERIFY(read->held.local == written.held.local);
        QVERIFY(read->held.sources == written.held.sources);
        QCOMPARE(read->held.keys, kKeys);
        QVERIFY(read->held.keysAreKnown);
    }

    void isOfOneProcessAndItsKeys() {
        const QByteArray bytes = encode(record(), kStart);
        QVERIFY(!bytes.contains("00112233"));
        QVERIFY(!decodeRunRecord(bytes, kPid + 1, kStart, kKeys));
        QVERIFY(!decodeRunRecord(bytes, kPid, kStart + 1, kKeys));
        QVERIFY(!decodeRunRecord(bytes, kPid, kStart, kKeys + "2 MD5 x\n"));
        QVERIFY(!decodeRunRecord(encode(record(), 0), kPid, 0, kKeys));
    }

    void isWholeOrNothing() {
        const QByteArray bytes = encode(record(), kStart);
        for (qsizetype length = 0; length < bytes.size(); ++length)
            QVERIFY(!decodeRunRecord(bytes.first(length), kPid, kStart, kKeys));
        QByteArray wrong = bytes;
        wrong.replace("10.7.0.0/16", "10.7.0.0/99");
        QVERIFY(!decodeRunRecord(wrong, kPid, kStart, kKeys));
    }

    void processesHaveAStart() {
        QVERIFY(processStart(::getpid()) > 0);
        QCOMPARE(processStart(0), 0u);
    }
};

QTEST_APPLESS_MAIN(TestRunRecord)
#include "tst_run_record.moc"
