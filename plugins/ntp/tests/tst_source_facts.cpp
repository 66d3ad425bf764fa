// SPDX-License-Identifier: GPL-2.0-or-later
// The words for facts about a source are chronyc's.
#include <QTest>

#include "core/source_facts.h"

using namespace fos1::ntp;

namespace {

constexpr quint16 kAllTests = 0x3ff;

quint16 without(PacketTest test) { return kAllTests & ~static_cast<quint16>(test); }

}  // namespace

class TestSourceFacts : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void tests_data() {
        QTest::addColumn<int>("passed");
        QTest::addColumn<QString>("failed");
        const auto row = [](PacketTest test, const char* failed) {
            QTest::newRow(failed) << int{without(test)} << QString::fromLatin1(failed);
        };
        QTest::newRow("all passed") << int{kAllTests} << QString();
        row(PacketTest::NotDuplicate, "1 (the packet is a duplicate)");
        row(PacketTest::AnswersRequest, "2 (its origin timestamp is not that of a request)");
        row(PacketTest::HasTimestamps, "3 (timestamps are missing or invalid)");
        row(PacketTest::Authentic, "5 (the authentication failed)");
        row(PacketTest::Synchronised, "6 (the source is not synchronized)");
        row(PacketTest::RootDistance, "7 (the root distance is too large)");
        row(PacketTest::DelayAllowed, "A (the delay exceeds maxdelay)");
        row(PacketTest::UsualDelay, "B (the delay exceeds maxdelayratio)");
        row(PacketTest::SteadyDelay, "C (the delay exceeds maxdelaydevratio or maxdelayquant)");
        row(PacketTest::LoopFree, "D (synchronization loop)");
        QTest::newRow("two") << 0x3f6 << QStringLiteral("A (the delay exceeds maxdelay), D (synchronization loop)");
    }
    void tests() {
        QFETCH(int, passed);
        QFETCH(QString, failed);
        NtpData data;
        data.passedTests = static_cast<quint16>(passed);
        data.validReplies = 1;
        QCOMPARE(failedTests(data).join(QStringLiteral(", ")), failed);
        data.validReplies = 0;  // chronyd reports zeros until there is a valid packet
        QVERIFY(failedTests(data).isEmpty());
    }

    void algorithm_data() {
        QTest::addColumn<AuthenticationMode>("mode");
        QTest::addColumn<int>("number");
        QTest::addColumn<QString>("text");
        const auto key = AuthenticationMode::SymmetricKey;
        QTest::newRow("no authentication") << AuthenticationMode::None << 3 << QString();
        QTest::newRow("no key yet") << key << 0 << QString();
        QTest::newRow("hash") << key << 3 << QStringLiteral("SHA256");
        QTest::newRow("cipher") << key << 13 << QStringLiteral("AES128");
        QTest::newRow("NTS") << AuthenticationMode::Nts << 15 << QStringLiteral("AES-SIV-CMAC-256");
        QTest::newRow("newer NTS") << AuthenticationMode::Nts << 30 << QStringLiteral("AES-128-GCM-SIV");
        QTest::newRow("of a newer chronyd") << key << 99 << QStringLiteral("99");
    }
    void algorithm() {
        QFETCH(AuthenticationMode, mode);
        QFETCH(int, number);
        QFETCH(QString, text);
        Authentication authentication;
        authentication.mode = mode;
        authentication.algorithm = static_cast<quint16>(number);
        QCOMPARE(algorithmText(authentication), text);
    }

    void options() {
        QCOMPARE(optionsText(0), QString());
        QCOMPARE(optionsText(0xf), QStringLiteral("noselect prefer trust require"));
        QCOMPARE(optionsText(static_cast<quint16>(SelectOption::Trust)), QStringLiteral("trust"));
        QCOMPARE(optionsText(0x10), QString());  // one of a newer chronyd
    }

    void timestamping() {
        QCOMPARE(toText(Timestamping::Daemon), QStringLiteral("daemon"));
        QCOMPARE(toText(Timestamping::Kernel), QStringLiteral("kernel"));
        QCOMPARE(toText(Timestamping::Hardware), QStringLiteral("hardware"));
        QCOMPARE(toText(Timestamping::Unknown), QString());
    }
};

QTEST_GUILESS_MAIN(TestSourceFacts)
#include "tst_source_facts.moc"
