// SPDX-License-Identifier: GPL-2.0-or-later
// What is learned about sources beside chronyd's reports: from its log, from the file that it was given, and from the
// resolver.
#include <QTest>

#include "core/key_exchange_log.h"
#include "core/source_facts.h"
#include "core/source_traits.h"
#include "name_lookups.h"

using namespace fos1::ntp;

class TestSourceHints : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void failedKeyExchanges_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("why");
        QTest::newRow("refused") << "Could not connect to 127.0.0.1:4461 (127.0.0.1) : Connection refused"
                                 << "127.0.0.1"
                                 << "Connection refused";
        QTest::newRow("IPv6") << "Could not connect to [::1]:4461 (ntp.example) : Connection refused"
                              << "::1"
                              << "Connection refused";
        QTest::newRow("certificate")
            << "TLS handshake with 127.0.0.1:14460 (localhost) failed : Error in the certificate verification. The "
               "certificate is NOT trusted. The certificate issuer is unknown. "
            << "127.0.0.1"
            << "Error in the certificate verification. The certificate is NOT trusted. The certificate issuer is "
               "unknown";
        QTest::newRow("timeout") << "NTS-KE session with 192.0.2.1:4460 (ntp.example) timed out"
                                 << "192.0.2.1"
                                 << "NTS-KE session with 192.0.2.1:4460 (ntp.example) timed out";
        QTest::newRow("no NTS") << "NTS-KE not supported by 192.0.2.1:4460 (ntp.example)"
                                << "192.0.2.1"
                                << "NTS-KE not supported by 192.0.2.1:4460 (ntp.example)";
        QTest::newRow("garbage") << "Received invalid NTS-KE message from 192.0.2.1:4460 (ntp.example)"
                                 << "192.0.2.1"
                                 << "Received invalid NTS-KE message from 192.0.2.1:4460 (ntp.example)";
        for (const char* other : {"", "Selected source 192.0.2.1", "Could not connect to nowhere : x",
                                  "Could not add source 192.0.2.1", "TLS handshake with"})
            QTest::newRow(other) << other << QString() << QString();
    }

    void failedKeyExchanges() {
        QFETCH(QString, line);
        QFETCH(QString, address);
        QFETCH(QString, why);
        const auto failure = keyExchangeFailureIn(line);
        QCOMPARE(failure.has_value(), !address.isEmpty());
        if (failure) QCOMPARE(*failure, (KeyExchangeFailure{address, why}));
    }

    void theLastFailureOfEachServerIsKept() {
        KeyExchangeLog log;
        log.feed(QStringLiteral("Could not connect to 192.0.2.1:4460 (a) : Connection refused"));
        log.feed(QStringLiteral("Could not connect to 192.0.2.2:4460 (b) : No route to host"));
        log.feed(QStringLiteral("NTS-KE not supported by 192.0.2.1:4460 (a)"));
        QCOMPARE(log.of(QStringLiteral("192.0.2.1")), QStringLiteral("NTS-KE not supported by 192.0.2.1:4460 (a)"));
        QCOMPARE(log.of(QStringLiteral("192.0.2.2")), QStringLiteral("No route to host"));
        QCOMPARE(log.of(QStringLiteral("192.0.2.3")), QString());
        log.clear();
        QCOMPARE(log.of(QStringLiteral("192.0.2.1")), QString());
    }

    void whatTheFileSaysOfASource() {
        const auto traits =
            traitsIn("pool pool.example maxsources 4 iburst prefer\nserver 192.0.2.1 trust require\n\n");
        QCOMPARE(traits.size(), 2U);
        const auto bits = [](auto... options) { return static_cast<quint16>((static_cast<int>(options) | ...)); };
        QCOMPARE(traits.at(QStringLiteral("pool.example")), (SourceTraits{true, bits(SelectOption::Prefer)}));
        QCOMPARE(traits.at(QStringLiteral("192.0.2.1")),
                 (SourceTraits{false, bits(SelectOption::Trust, SelectOption::Require)}));
        // A name that looks like an option is a name.
        QCOMPARE(traitsIn("server prefer iburst\n").at(QStringLiteral("prefer")), (SourceTraits{false, 0}));
    }

    void whichLinesTellOfAChangeByACommand() {
        QCOMPARE(changedSourceIn(QStringLiteral("Source 192.0.2.1 new minpoll 9")), QStringLiteral("192.0.2.1"));
        QCOMPARE(changedSourceIn(QStringLiteral("Source fd00::1 new maxdelayratio 2.000000")),
                 QStringLiteral("fd00::1"));
        QCOMPARE(changedSourceIn(QStringLiteral("Source 192.0.2.1 selection options modified")),
                 QStringLiteral("192.0.2.1"));
        for (const char* other : {"Source 192.0.2.1 online", "Source 192.0.2.1 replaced with 192.0.2.2 (pool.example)",
                                  "Selected source 192.0.2.1", ""})
            QCOMPARE(changedSourceIn(QString::fromLatin1(other)), QString());
    }

    void aNameIsLookedUp() {
        NameLookups lookups;
        const QString known = QStringLiteral("localhost");
        const QString unknown = QStringLiteral("nobody.invalid");  // RFC 6761, section 6.4
        lookups.want({known, unknown});
        QVERIFY(!lookups.of(known));  // never from inside the call
        QTRY_VERIFY(lookups.of(known) && lookups.of(unknown));
        QVERIFY(lookups.of(known)->error.isEmpty() && lookups.of(known)->isOf(QStringLiteral("127.0.0.1")));
        QVERIFY(!lookups.of(unknown)->error.isEmpty() && lookups.of(unknown)->addresses.isEmpty());
        lookups.want({known});
        QVERIFY(lookups.of(known) && !lookups.of(unknown));
    }

    void anObjectThatGoesLeavesNoLookup() {
        auto lookups = std::make_unique<NameLookups>();
        std::set<QString> names;
        for (int i = 0; i < 20; ++i) names.insert(QStringLiteral("host%1.invalid").arg(i));
        lookups->want(names);
        lookups.reset();
        QTest::qWait(50);
    }
};

QTEST_GUILESS_MAIN(TestSourceHints)
#include "tst_source_hints.moc"
