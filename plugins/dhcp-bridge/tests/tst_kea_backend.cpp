// SPDX-License-Identifier: GPL-2.0-or-later
// The dialogue with Kea's control socket, with a scripted one where no real Kea misbehaves on request.
#include <QRegularExpression>
#include <QTest>
#include <QTimer>

#include "kea/kea_backend.h"
#include "kea/kea_socket.h"
#include "support/outcome.h"
#include "support/scripted_kea.h"

using namespace fos1;
using namespace fos1::dhcp;

namespace {

const QByteArray kGood = R"({ "result": 0 })";
const QByteArray kRoot = R"({ "subnet4": [ { "id": 1, "subnet": "10.1.0.0/24", "option-data": [ ] } ], "x": 1.50 })";

QByteArray configuration(const QByteArray& root) {
    return R"({ "arguments": { "Dhcp4": )" + root + R"(, "hash": "0A" }, "result": 0 })";
}

std::unique_ptr<KeaChannel> socketTo(const QString& path) { return std::make_unique<KeaSocket>(path); }

std::shared_ptr<const Offers> offers() { return offerOfAddress(QStringLiteral("10.1.0.1"), 24); }

const QByteArray kRoot6 = R"({ "subnet6": [ { "id": 1, "subnet": "fd01::/64", "option-data": [ ] } ], "x": 1.50 })";

/// A kea-dhcp6. From 2.7 on, it knows option 56, and returns no value of it: that is in the suboptions.
struct Kea6 {
    bool isNew = false;
    QByteArray root = kRoot6;

    QByteArray answer(const QString& command, const QByteArray& request) {
        if (command == u"config-get") {
            QString shown = QString::fromUtf8(root);
            if (isNew) shown.replace(QRegularExpression(kBytes), QStringLiteral("\"data\":\"\""));
            return R"({ "result": 0, "arguments": { "Dhcp6": )" + shown.toUtf8() + " } }";
        }
        if (!isNew && request.contains("v6-ntp-server-suboptions"))
            return R"x({ "result": 1, "text": "definition for the option 'v6-ntp-server-suboptions.ntp-server-address' having code '1' does not exist (<wire>:0:99)" })x";
        if (command == u"config-set") root = parseJson(request)->member("arguments").member("Dhcp6").text.toByteArray();
        return kGood;
    }
    [[nodiscard]] bool hasBytes() const { return root.contains(R"("data":"00010010FD01)"); }
    [[nodiscard]] bool hasSuboption() const {
        return root.contains(R"("data":"fd01::1","name":"ntp-server-address","space":"v6-ntp-server-suboptions")") &&
               root.contains("\"code\":56");
    }

    inline static const QString kBytes = QStringLiteral("\"data\":\"0001[0-9A-F]*\"");
};

}  // namespace

class TestKeaBackend : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    void comparesFirstAndWritesOnce() {
        QByteArray root = kRoot;
        ScriptedKea kea([&](const QString& command, const QByteArray& request) {
            if (command == u"config-get") return configuration(root);
            const auto sent = parseJson(request)->member("arguments");
            // A newer Kea refuses the hash that it returned.
            if (sent.members().size() != 1) return QByteArray(R"({"result": 1, "text": "hash"})");
            if (command == u"config-set") root = sent.member("Dhcp4").text.toByteArray();
            return kGood;
        });
        KeaBackend backend(socketTo(kea.path()), kKea4, Persistence::RunningServerOnly);
        const auto wanted = offers();
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        const QStringList dialogue{"config-get", "config-test", "config-get", "config-set"};
        QCOMPARE(kea.commands(), dialogue);
        QVERIFY(root.contains("10.1.0.1") && root.contains("1.50"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        QCOMPARE(kea.commands(), dialogue + QStringList({"config-get", "config-get"}));
        QCOMPARE(outcome(backend, withdrawal()), QStringLiteral("written"));
        QCOMPARE(root, kRoot);
    }

    void whatAnotherWroteMeanwhileIsKept() {
        QByteArray root = kRoot;
        int gets = 0;
        ScriptedKea kea([&](const QString& command, const QByteArray& request) {
            if (command == u"config-get") {
                // Another program adds a subnet after our first look.
                if (++gets == 2) root.replace("], \"x\"", R"(, { "id": 2, "subnet": "10.2.0.0/24" } ], "x")");
                return configuration(root);
            }
            if (command == u"config-set")
                root = parseJson(request)->member("arguments").member("Dhcp4").text.toByteArray();
            return kGood;
        });
        KeaBackend backend(socketTo(kea.path()), kKea4, Persistence::RunningServerOnly);
        QCOMPARE(outcome(backend, offers()), QStringLiteral("written"));
        QVERIFY2(root.contains("10.1.0.1") && root.contains("10.2.0.0/24"), root.constData());
        QCOMPARE(kea.commands().count(QStringLiteral("config-set")), 1);
    }

    /// New offers are planned from the last look, and what is there is compared before it is replaced.
    void aChangeNeedsOneLook() {
        QByteArray root = kRoot;
        ScriptedKea kea([&](const QString& command, const QByteArray& request) {
            if (command == u"config-get") return configuration(root);
            if (command == u"config-set")
                root = parseJson(request)->member("arguments").member("Dhcp4").text.toByteArray();
            return kGood;
        });
        KeaBackend backend(socketTo(kea.path()), kKea4, Persistence::RunningServerOnly);
        qsizetype known = 0;
        const auto after = [&](const QString& seen) {
            const QStringList commands = kea.commands().mid(std::exchange(known, kea.commands().size()));
            QString words = seen + u' ' + commands.join(u' ');
            return words.remove(QStringLiteral("config-"));
        };
        QCOMPARE(after(outcome(backend, offers())), QStringLiteral("written get test get set"));
        QCOMPARE(after(outcome(backend, offers())), QStringLiteral("same get"));
        const auto other = offerOfAddress(QStringLiteral("10.1.0.7"), 24);
        QCOMPARE(after(outcome(backend, other)), QStringLiteral("written test get set"));
        QVERIFY(root.contains("10.1.0.7"));
        QCOMPARE(after(outcome(backend, other)), QStringLiteral("same get"));
        // Others have changed it since.
        root.replace("1.50", "2.50");
        QCOMPARE(after(outcome(backend, offers())), QStringLiteral("written test get test get set"));
        QVERIFY2(root.contains("\"10.1.0.1\"") && root.contains("2.50"), root.constData());
        QCOMPARE(after(outcome(backend, offers())), QStringLiteral("same get"));
        // What would change nothing is looked up: others may have removed it.
        QCOMPARE(after(outcome(backend, offers())), QStringLiteral("same get"));
        root = kRoot;
        QCOMPARE(after(outcome(backend, offers())), QStringLiteral("written get test get set"));
        QCOMPARE(after(outcome(backend, offers())), QStringLiteral("same get"));
        QCOMPARE(after(outcome(backend, withdrawal())), QStringLiteral("written get set"));
        QCOMPARE(root, kRoot);
    }

    void oneWhoKeepsChangingItIsAConflict() {
        int gets = 0;
        ScriptedKea kea([&](const QString& command, const QByteArray& /*request*/) {
            QByteArray root = kRoot;
            return command == u"config-get" ? configuration(root.replace("1.50", QByteArray::number(++gets))) : kGood;
        });
        KeaBackend backend(socketTo(kea.path()), kKea4, Persistence::RunningServerOnly);
        QVERIFY(outcome(backend, offers()).contains(QStringLiteral("keeps changing the configuration")));
        QVERIFY(!kea.commands().contains(QStringLiteral("config-set")));
    }

    void aRefusalIsQuotedAndNotRepeated() {
        QByteArray root = kRoot;
        ScriptedKea kea([&](const QString& command, const QByteArray& /*request*/) {
            return command == u"config-get" ? configuration(root)
                                            : QByteArray(R"x({"result": 1, "text": "no such option (<wire>:0:56)"})x");
        });
        KeaBackend backend(socketTo(kea.path()), kKea4, Persistence::RunningServerOnly);
        const auto wanted = offers();
        const QString words = QStringLiteral("config-test: no such option (<wire>:0:56)");
        QCOMPARE(outcome(backend, wanted), words);
        QCOMPARE(outcome(backend, wanted), words);
        QCOMPARE(kea.commands().count(QStringLiteral("config-test")), 1);
        QVERIFY(!kea.commands().contains(QStringLiteral("config-set")));
        // It may accept it after its configuration has changed.
        root.replace("1.50", "2");
        QCOMPARE(outcome(backend, wanted), words);
        QCOMPARE(kea.commands().count(QStringLiteral("config-test")), 2);
    }

    /// Which form of option 56 a server takes is found out by config-test.
    void option56InAnOlderServer() {
        Kea6 server;
        ScriptedKea kea(
            [&](const QString& command, const QByteArray& request) { return server.answer(command, request); });
        KeaBackend backend(socketTo(kea.path()), kKea6, Persistence::RunningServerOnly);
        const auto wanted = offerOfAddress(QStringLiteral("fd01::1"), 64);
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QVERIFY2(server.hasBytes() && !server.hasSuboption(), server.root.constData());
        QStringList dialogue{"config-get", "config-test", "config-test", "config-get", "config-set"};
        QCOMPARE(kea.commands(), dialogue);
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        QCOMPARE(outcome(backend, withdrawal()), QStringLiteral("written"));
        QCOMPARE(server.root, kRoot6);
        dialogue += QStringList{"config-get", "config-get", "config-set"};
        // It is not asked again.
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QCOMPARE(kea.commands(), dialogue + QStringList({"config-get", "config-test", "config-get", "config-set"}));
        // Nor by another run, which sees what is there.
        KeaBackend next(socketTo(kea.path()), kKea6, Persistence::RunningServerOnly);
        QCOMPARE(outcome(next, wanted), QStringLiteral("same"));
    }

    void option56InANewerServer() {
        Kea6 server{true};
        ScriptedKea kea(
            [&](const QString& command, const QByteArray& request) { return server.answer(command, request); });
        KeaBackend backend(socketTo(kea.path()), kKea6, Persistence::RunningServerOnly);
        const auto wanted = offerOfAddress(QStringLiteral("fd01::1"), 64);
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QVERIFY2(server.hasSuboption() && !server.hasBytes(), server.root.constData());
        QCOMPARE(kea.commands(), QStringList({"config-get", "config-test", "config-get", "config-set"}));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        QCOMPARE(outcome(backend, withdrawal()), QStringLiteral("written"));
        QCOMPARE(server.root, kRoot6);
    }

    /// A server that was replaced by a newer one has bytes of which it shows nothing.
    void option56AfterAnUpgrade() {
        Kea6 server;
        ScriptedKea kea(
            [&](const QString& command, const QByteArray& request) { return server.answer(command, request); });
        KeaBackend backend(socketTo(kea.path()), kKea6, Persistence::RunningServerOnly);
        const auto wanted = offerOfAddress(QStringLiteral("fd01::1"), 64);
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        server.isNew = true;
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QVERIFY2(server.hasSuboption() && !server.hasBytes(), server.root.constData());
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        // And back again, from a configuration without our options.
        server = Kea6();
        QCOMPARE(outcome(backend, wanted), QStringLiteral("written"));
        QVERIFY2(server.hasBytes() && !server.hasSuboption(), server.root.constData());
    }

    void bothFormsRefused() {
        int tests = 0;
        ScriptedKea kea([&](const QString& command, const QByteArray&) {
            if (command == u"config-get") return Kea6().answer(command, {});
            ++tests;
            return QByteArray(R"({"result": 1, "text": "the hooks library is gone"})");
        });
        KeaBackend backend(socketTo(kea.path()), kKea6, Persistence::RunningServerOnly);
        const auto wanted = offerOfAddress(QStringLiteral("fd01::1"), 64);
        for (int i = 0; i < 2; ++i)
            QCOMPARE(outcome(backend, wanted), QStringLiteral("config-test: the hooks library is gone"));
        QCOMPARE(tests, 2);
    }

    /// The server dies at each step of a write, before or after it has carried the command out, and returns with what
    /// it had; or we die there. What it has is the old or the new configuration, and the next attempt completes it.
    void deathAtEachStep_data() {
        QTest::addColumn<int>("step");
        QTest::addColumn<bool>("isCarriedOut");
        QTest::addColumn<bool>("weDie");
        for (int step = 1; step <= 4; ++step)
            for (const bool isCarriedOut : {false, true})
                for (const bool weDie : {false, true})
                    QTest::addRow("%s at step %d, %s", weDie ? "we" : "the server", step,
                                  isCarriedOut ? "afterwards" : "before")
                        << step << isCarriedOut << weDie;
    }
    void deathAtEachStep() {
        QFETCH(const int, step);
        QFETCH(const bool, isCarriedOut);
        QFETCH(const bool, weDie);
        QByteArray root = kRoot;
        int count = 0;
        std::unique_ptr<KeaBackend> dying;
        ScriptedKea kea([&](const QString& command, const QByteArray& request) {
            const bool isDeath = ++count == step;
            if (command == u"config-set" && (!isDeath || isCarriedOut))
                root = parseJson(request)->member("arguments").member("Dhcp4").text.toByteArray();
            if (isDeath && weDie) dying.reset();
            if (isDeath) return QByteArray("");
            return command == u"config-get" ? configuration(root) : kGood;
        });
        dying = std::make_unique<KeaBackend>(socketTo(kea.path()), kKea4, Persistence::RunningServerOnly);
        const auto wanted = offers();
        if (weDie) {
            dying->apply(wanted, [](const Result<Applied>&) { QFAIL("the dead do not answer"); });
            QTRY_VERIFY(!dying);
        } else {
            QVERIFY(!outcome(*dying, wanted).isEmpty());
        }
        KeaBackend next(socketTo(kea.path()), kKea4, Persistence::RunningServerOnly);
        QVERIFY(root == kRoot || root.contains("10.1.0.1"));
        QCOMPARE(outcome(next, wanted), step == 4 && isCarriedOut ? QStringLiteral("same") : QStringLiteral("written"));
        QCOMPARE(root.count("fos1-host"), 1);
        QVERIFY(root.contains("\"10.1.0.1\""));
    }

    void badAnswers_data() {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("error");
        const auto row = [](const QByteArray& answer, const char* error) {
            QTest::newRow(error) << answer << QString::fromLatin1(error);
        };
        row("", "the server closed the connection without an answer");
        row(configuration(kRoot).left(40), "in the answer, the JSON text ends early, after 40 bytes");
        row("<html>", "in the answer, the JSON text is wrong at byte 0");
        row(R"({"result": 2, "text": "'config-get' command not supported."})",
            "config-get: 'config-get' command not supported.");
        row(R"({"result": 0, "arguments": {"Dhcp6": {}}})",
            "config-get: the answer has no \"Dhcp4\": another server uses this socket");
        row(R"({"result": 0, "arguments": []})",
            "config-get: the answer has no \"Dhcp4\": another server uses this socket");
        row(R"({"result": 0, "arguments": {"Dhcp4": {"subnet4": 5}}})", "Dhcp4.subnet4: is not a list");
        row(QByteArray(21 * 1024 * 1024, ' '), "the answer is longer than 20971520 bytes");
    }
    void badAnswers() {
        QFETCH(const QByteArray, answer);
        QFETCH(const QString, error);
        ScriptedKea kea([&](const QString&, const QByteArray&) { return answer.isNull() ? QByteArray("") : answer; });
        KeaBackend backend(socketTo(kea.path()), kKea4, Persistence::RunningServerOnly);
        const QString seen = outcome(backend, offers());
        QVERIFY2(seen == error || seen == kea.path() + ": " + error, qPrintable(seen));
        QCOMPARE(kea.commands(), QStringList("config-get"));
    }

    void aSilentServerIsLeftAfterAWhile() {
        ScriptedKea kea([&](const QString&, const QByteArray&) { return QByteArray(); });
        KeaSocket channel(kea.path());
        std::optional<Result<QByteArray>> answer;
        channel.ask("{}", std::chrono::milliseconds(200), [&](const auto& raw) { answer = raw; });
        QTRY_VERIFY(answer);
        QCOMPARE(answer->error().code, ErrorCode::Timeout);
        QCOMPARE(answer->error().message, QStringLiteral("no complete answer within 0.2 s"));
    }

    /// Something arrives all the time, but never all of it.
    void aTricklingServerIsLeftToo() {
        QLocalServer server;
        const QTemporaryDir dir;
        QVERIFY(server.listen(dir.filePath(QStringLiteral("control"))));
        QTimer trickle;
        connect(&server, &QLocalServer::newConnection, this, [&] {
            connect(&trickle, &QTimer::timeout, server.nextPendingConnection(),
                    [socket = server.findChild<QLocalSocket*>()] {
                        if (socket) socket->write(" ");
                    });
            trickle.start(20);
        });
        KeaSocket channel(server.fullServerName());
        std::optional<Result<QByteArray>> answer;
        channel.ask("{}", std::chrono::milliseconds(500), [&](const auto& raw) { answer = raw; });
        QTRY_VERIFY_WITH_TIMEOUT(answer, 10'000);
        QCOMPARE(answer->error().code, ErrorCode::Timeout);
    }

    void aSocketThatIsNotThereIsNamed() {
        const QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("none"));
        KeaBackend backend(socketTo(path), kKea4, Persistence::RunningServerOnly);
        QVERIFY(outcome(backend, offers()).startsWith(path + QStringLiteral(": there is no such socket; start Kea")));
        KeaBackend far(socketTo(dir.filePath(QString(200, u'x'))), kKea4, Persistence::RunningServerOnly);
        QVERIFY(!outcome(far, offers()).isEmpty());
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(outcome(backend, offers()),
                 path + QStringLiteral(": nothing listens at this socket: Kea has stopped"));
        const Error refused = connectionError(path, QLocalSocket::SocketAccessError, {});
        QVERIFY2(refused.text().contains(QStringLiteral("it belongs to ")), qPrintable(refused.text()));
        QVERIFY2(refused.text().contains(QStringLiteral("with mode 06")), qPrintable(refused.text()));
    }

    void persistsOnlyOnRequest() {
        QByteArray root = kRoot;
        QByteArray write = R"({"result": 1, "text": "Permission denied"})";
        ScriptedKea kea([&](const QString& command, const QByteArray& request) {
            if (command == u"config-get") return configuration(root);
            if (command == u"config-set")
                root = parseJson(request)->member("arguments").member("Dhcp4").text.toByteArray();
            return command == u"config-write" ? write : kGood;
        });
        KeaBackend backend(socketTo(kea.path()), kKea4, Persistence::ConfigurationFile);
        const auto wanted = offers();
        QCOMPARE(outcome(backend, wanted), QStringLiteral("writtenNotPersisted"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("sameNotPersisted"));
        write = kGood;
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        const auto writes = kea.commands().count(QStringLiteral("config-write"));
        QCOMPARE(outcome(backend, wanted), QStringLiteral("same"));
        QCOMPARE(kea.commands().count(QStringLiteral("config-write")), writes);
    }
};

QTEST_GUILESS_MAIN(TestKeaBackend)
#include "tst_kea_backend.moc"
