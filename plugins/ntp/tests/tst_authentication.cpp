// SPDX-License-Identifier: GPL-2.0-or-later
// Two real chronyds, each behind an engine of its own, believe each other by key and by certificate: first one, then
// another while both run, and not at all with the wrong one.
#include <QFileInfo>
#include <QTest>

#include "materials_survey.h"
#include "nts_watch.h"
#include "support/engine_fixture.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

namespace {

AccessRule allowLoopback() { return {*IpPrefix::parse(QStringLiteral("127.0.0.0/8")), Permission::Allow}; }

/// Serves its own clock to the loopback.
struct Server : EngineFixture {
    Server() {
        spec.server.local = {true, false, 1, std::nullopt};
        spec.access = {allowLoopback()};
    }
};

/// Follows `server`, fast.
struct Client : EngineFixture {
    explicit Client(const Server& server) {
        ServerSpec source;
        source.address = QStringLiteral("127.0.0.1");
        source.options.port = server.spec.server.port;
        source.options.iburst = true;
        source.options.minpoll = source.options.maxpoll = -2;
        spec.servers = {source};
        spec.server.port = 0;
    }
    SourceOptions& source() { return spec.servers.front().options; }
    [[nodiscard]] QByteArrayList field(const QStringList& command) const {
        return chronyc(QStringList{QStringLiteral("-c")} + command).trimmed().split(',');
    }
    /// How the source is authenticated: its key's number, its type and length, as chronyc(1) shows them.
    [[nodiscard]] QByteArray authentication() const {
        const QByteArrayList fields = field({QStringLiteral("authdata")});
        return fields.size() > 4 ? fields.mid(1, 4).join(' ') : QByteArray();
    }
    [[nodiscard]] bool follows() const {
        const QByteArrayList fields = field({QStringLiteral("sources")});
        return fields.size() > 1 && fields.at(1) == "*";
    }
};

void addKey(EngineFixture& fixture, qint64 id, const char* type, const QByteArray& bytes) {
    KeySpec key;
    key.id = id;
    key.type = QLatin1String(type);
    key.value = bytes;
    fixture.spec.authentication.keys.push_back(key);
    fixture.materials.keys[id] = bytes;
}

void removeKey(EngineFixture& fixture, qint64 id) {
    std::erase_if(fixture.spec.authentication.keys, [id](const KeySpec& key) { return key.id == id; });
    fixture.materials.keys.erase(id);
}

}  // namespace

class TestAuthentication : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void everyTypeOfKey_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("MD5") << QByteArray("MD5") << QByteArray("md5 key with blanks") << QByteArray("SK 5 1 152");
        QTest::newRow("SHA256") << QByteArray("SHA256") << QByteArray("AVerySecureKeyString")
                                << QByteArray("SK 5 3 160");
        QTest::newRow("SHA512") << QByteArray("SHA512") << QByteArray(64, '\n') << QByteArray("SK 5 5 512");
        QTest::newRow("AES128") << QByteArray("AES128") << QByteArray(16, '\0') << QByteArray("SK 5 13 128");
        QTest::newRow("AES256") << QByteArray("AES256") << QByteArray(32, '#') << QByteArray("SK 5 14 256");
    }
    void everyTypeOfKey() {
        QFETCH(QByteArray, type);
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, shown);
        Server server;
        Client client(server);
        addKey(server, 5, type.constData(), key);
        addKey(client, 5, type.constData(), key);
        client.source().keyId = 5;
        QCOMPARE(server.apply(), QString());
        QCOMPARE(client.apply(), QString());
        QTRY_VERIFY(client.follows());
        QCOMPARE(client.authentication(), shown);
        const auto info = QFileInfo(client.layout.keyFile());
        QCOMPARE(info.permissions() & (QFile::ReadOther | QFile::WriteOther | QFile::WriteGroup), QFile::Permissions());
    }

    void aWrongKeyIsNotBelieved() {
        Server server;
        Client client(server);
        addKey(server, 5, "SHA256", "the right one");
        addKey(client, 5, "SHA256", "another one");
        client.source().keyId = 5;
        QCOMPARE(server.apply(), QString());
        QCOMPARE(client.apply(), QString());
        // The server answers nothing to what it cannot verify, so a good key right after shows that time was enough.
        QTest::qWait(2000);
        QVERIFY(!client.follows());
        client.materials.keys[5] = "the right one";
        const qint64 pid = client.engine.state().pid;
        QCOMPARE(client.apply(), QString());
        QTRY_VERIFY(client.follows());
        QCOMPARE(client.engine.state().pid, pid);
    }

    /// Nobody restarts, and the client has a key that the server knows at every moment.
    void keysAreRotatedWhileBothRun() {
        Server server;
        Client client(server);
        addKey(server, 1, "SHA256", "first");
        addKey(client, 1, "SHA256", "first");
        client.source().keyId = 1;
        QCOMPARE(server.apply(), QString());
        QCOMPARE(client.apply(), QString());
        QTRY_VERIFY(client.follows());
        const qint64 serverPid = server.engine.state().pid;
        const qint64 clientPid = client.engine.state().pid;

        addKey(server, 2, "AES128", QByteArray(16, 'k'));
        QCOMPARE(server.apply(), QString());
        addKey(client, 2, "AES128", QByteArray(16, 'k'));
        removeKey(client, 1);
        client.source().keyId = 2;
        QCOMPARE(client.apply(), QString());
        QTRY_VERIFY(client.follows());
        QCOMPARE(client.authentication(), QByteArray("SK 2 13 128"));
        QVERIFY(!readAll(client.layout.keyFile()).startsWith("1 "));
        removeKey(server, 1);
        QCOMPARE(server.apply(), QString());
        QCOMPARE(readAll(server.layout.keyFile()).count('\n'), 1);
        QCOMPARE(server.engine.state().pid, serverPid);
        QCOMPARE(client.engine.state().pid, clientPid);
    }

    void keysOutliveARestart() {
        Server server;
        Client client(server);
        addKey(server, 1, "SHA1", "first");
        addKey(client, 1, "SHA1", "first");
        client.source().keyId = 1;
        QCOMPARE(server.apply(), QString());
        QCOMPARE(client.apply(), QString());
        QTRY_VERIFY(client.follows());
        client.spec.rateLimit.enabled = true;  // asks for a restart
        const qint64 pid = client.engine.state().pid;
        QCOMPARE(client.apply(), QString());
        QVERIFY(client.engine.state().pid != pid);
        QTRY_VERIFY(client.follows());
    }

    void peersWithAKey() {
        Server server;
        addKey(server, 9, "SHA256", "ours");
        QCOMPARE(server.apply(), QString());
        Client client(server);
        addKey(client, 9, "SHA256", "ours");
        client.spec.peers = std::exchange(client.spec.servers, {});
        client.spec.peers.front().options.iburst = false;
        client.spec.peers.front().options.minpoll = client.spec.peers.front().options.maxpoll = -2;
        client.spec.peers.front().options.keyId = 9;
        client.spec.server.port = freeUdpPort();
        client.spec.access = {allowLoopback()};
        QCOMPARE(client.apply(), QString());
        QVERIFY(client.field({QStringLiteral("sources")}).front() == "=");
        QTRY_VERIFY_WITH_TIMEOUT(client.follows(), 15'000);
    }

    /// chronyd -SECHASH ignores such a key without a word that reaches anybody.
    void aChronydWithMd5Only() {
        EngineFixture f;
        NtpServiceSpec spec;
        for (const auto& [id, type] : {std::pair(1, "MD5"), std::pair(2, "SHA256")}) {
            KeySpec key;
            key.id = id;
            key.type = QLatin1String(type);
            key.value = "geheim";
            spec.authentication.keys.push_back(key);
        }
        const Materials found = MaterialsSurvey(f.layout, runAs)
                                    .survey(spec, QStringLiteral("default"), {}, {4, 3, true, false}, {}, {}, 0)
                                    .materials;
        QVERIFY(found.keys.contains(1) && !found.keys.contains(2));
        QCOMPARE(found.missingKeys.at(2).why,
                 QStringLiteral("is of the type SHA256, and this chronyd was built with MD5 only"));
    }

    /// With a certificate of its own, then with another one: checked, a restart without a gap, and probed like a
    /// client.
    void nts() {
        Server server;
        server.spec.nts.enabled = true;
        server.spec.nts.port = freeTcpPort();
        const MaterialsSurvey survey(server.layout, runAs);
        const std::vector<IpAddress> addresses{*IpAddress::parse(QStringLiteral("127.0.0.1"))};
        const qint64 now = QDateTime::currentSecsSinceEpoch();
        const OwnAddresses own;
        NtsWatch watch(own);
        const auto serve = [&](qint64 at) {
            const Survey found = survey.survey(server.spec, QStringLiteral("default"), {}, {4, 3}, {}, addresses, at);
            server.materials = found.materials;
            watch.watch(found.nts);
            const QString error = server.apply();
            watch.probe(server.spec.access, server.spec);
            return error;
        };
        QCOMPARE(serve(now), QString());
        QTRY_VERIFY(watch.facts()->probe == ProbeOutcome::Served);
        QVERIFY(watch.facts()->origin == CertificateOrigin::Own);

        Client client(server);
        client.source().nts = true;
        client.source().ntsPort = server.spec.nts.port;
        client.spec.nts.trustedCerts = {watch.facts()->authorityFile};
        const MaterialsSurvey clientSurvey(client.layout, runAs);
        client.materials =
            clientSurvey.survey(client.spec, QStringLiteral("default"), {}, {4, 3}, {}, {}, now).materials;
        QVERIFY(client.materials.unusableTrustedCerts.empty());
        QCOMPARE(client.apply(), QString());
        QTRY_VERIFY(client.follows());
        const QByteArrayList authdata = client.field({QStringLiteral("authdata")});
        QVERIFY2(authdata.value(1) == "NTS" && authdata.value(8).toInt() > 0, authdata.join(',').constData());

        // Renewed: chronyd gets the new pair by a restart, clients still believe it, and the old files are gone.
        const QByteArray before = watch.facts()->sha256;
        const qint64 pid = server.engine.state().pid;
        QCOMPARE(serve(now + (kOwnCertificateDays - kRenewalDays) * 86400LL + 1), QString());
        QVERIFY(watch.facts()->sha256 != before);
        QVERIFY(server.engine.state().pid != pid);
        QTRY_VERIFY(watch.facts()->probe == ProbeOutcome::Served);
        survey.forgetAllBut({&server.materials});
        QCOMPARE(QDir(server.layout.ntsDirectory()).entryList(QDir::Files).size(), 2);
    }

    /// chronyd 4.3 dies at "rekey" when it finds the keys of an NTS server that it is no more.
    void keysChangeAfterNtsWasSwitchedOff() {
        Server server;
        server.spec.nts.enabled = true;
        server.spec.nts.port = freeTcpPort();
        const MaterialsSurvey survey(server.layout, runAs);
        const auto apply = [&] {
            server.materials =
                survey
                    .survey(server.spec, QStringLiteral("default"), {}, {4, 3}, {},
                            {*IpAddress::parse(QStringLiteral("127.0.0.1"))}, QDateTime::currentSecsSinceEpoch())
                    .materials;
            return server.apply();
        };
        QCOMPARE(apply(), QString());
        // It writes them when it ends, and at the latest then they would be left over.
        QTRY_VERIFY(server.chronyc({QStringLiteral("dump")}).contains("200 OK"));
        server.spec.nts.enabled = false;
        QCOMPARE(apply(), QString());
        QVERIFY(!QFile::exists(server.layout.paths().dumpDirectory + QStringLiteral("/ntskeys")));
        const qint64 pid = server.engine.state().pid;
        for (const char* value : {"geheim", "anderes", "drittes"}) {
            KeySpec key;
            key.id = 7;
            key.type = QStringLiteral("SHA1");
            key.value = value;
            server.spec.authentication.keys = {key};
            QCOMPARE(apply(), QString());
        }
        QCOMPARE(server.engine.state().pid, pid);
        QCOMPARE(server.engine.state().restarts, 0U);
    }

    void aClientThatDoesNotTrustGetsNoTime() {
        Server server;
        server.spec.nts.enabled = true;
        server.spec.nts.port = freeTcpPort();
        const MaterialsSurvey survey(server.layout, runAs);
        server.materials =
            survey
                .survey(server.spec, QStringLiteral("default"), {}, {4, 3}, {},
                        {*IpAddress::parse(QStringLiteral("127.0.0.1"))}, QDateTime::currentSecsSinceEpoch())
                .materials;
        QCOMPARE(server.apply(), QString());
        Client client(server);
        client.source().nts = true;
        client.source().ntsPort = server.spec.nts.port;
        QCOMPARE(client.apply(), QString());
        QTRY_VERIFY(client.field({QStringLiteral("authdata")}).value(6).toInt() > 0);  // it has tried
        QVERIFY(!client.follows());
        QCOMPARE(client.field({QStringLiteral("authdata")}).value(8), QByteArray("0"));
    }

    void aProbeTellsWhatIsWrong() {
        NtsProbe probe;
        std::optional<Result<QByteArray>> answer;
        probe.run(QStringLiteral("127.0.0.1"), freeTcpPort(), [&](const auto& result) { answer = result; });
        QTRY_VERIFY(answer);
        QVERIFY(!*answer && answer->error().text().contains(QStringLiteral("refused")));
    }
};

QTEST_GUILESS_MAIN(TestAuthentication)
#include "tst_authentication.moc"
