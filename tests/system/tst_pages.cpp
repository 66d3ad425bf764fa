// SPDX-License-Identifier: GPL-2.0-or-later
// Pages of plugins through a real host, in its process and in a runner: what a user sees when an answer is good, late,
// invalid or missing.
#include <sys/socket.h>
#include <sys/un.h>

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QTest>

#include "host_under_test.h"

using namespace fos1;

using fos1::system::HostUnderTest;

class TestPages : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }

    void whatAUserSees_data() {
        QTest::addColumn<QByteArray>("isolation");
        QTest::newRow("in the host") << QByteArray("local");
        QTest::newRow("in a runner") << QByteArray("remote");
    }
    void whatAUserSees() {
        QFETCH(QByteArray, isolation);
        HostUnderTest host(*m_lab, "pages-" + QString::fromLatin1(isolation));
        host.addPlugin("pages", "{mode: " + isolation + "}");
        QVERIFY(host.start());
        const auto shown = [&host](const QString& argument) {
            QStringList words{"pages", "show"};
            if (!argument.isEmpty()) words.append(argument);
            const auto result = host.ctl(words);
            return QString::fromUtf8(result.exitCode == 0 ? result.output : result.errors).trimmed();
        };
        QTRY_COMPARE(shown({}), QStringLiteral("Says         hello"));
        QCOMPARE(shown("later"), QStringLiteral("Says         later"));
        QCOMPARE(shown("twice"), QStringLiteral("Says         hello"));
        QCOMPARE(shown("error"), QStringLiteral("fos1ctl: there is nothing to show"));
        QCOMPARE(shown("garbage"),
                 QStringLiteral("fos1ctl: the plugin's answer is not a valid page: title: is missing"));
        QCOMPARE(shown("code"), QStringLiteral("Says         code 4"));  // InvalidArgument
        QCOMPARE(shown("large"),
                 QStringLiteral("fos1ctl: the plugin's answer is not a valid page: is larger than 1000000 bytes"));
        QCOMPARE(shown("code"), QStringLiteral("Says         code 5"));    // TooLarge
        QCOMPARE(shown("thread"), QStringLiteral("Says         code 2"));  // WrongThread
        // A page that is never answered fails at the host's deadline of 10 s.
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(shown("never"), QStringLiteral("fos1ctl: pages: no answer within 10000 ms"));
        QVERIFY(timer.elapsed() >= 10'000);
        // The host was not blocked by it.
        QCOMPARE(shown({}), QStringLiteral("Says         hello"));
        const QString threw = shown("throw");
        QVERIFY2(threw.startsWith(QStringLiteral("fos1ctl: pages: threw from page: page is too hard")),
                 qPrintable(threw));
        QCOMPARE(host.stop(), 0);
    }

    /// As `echo … | socat - UNIX-CONNECT:…` does: it sends its end with the request. The answer comes later.
    void whoHasSentItsEndIsAnswered() {
        HostUnderTest host(*m_lab, "end");
        host.addPlugin("pages", "{mode: remote}");
        QVERIFY(host.start());
        QTRY_COMPARE(host.ctl({"pages", "show"}).exitCode, 0);
        for (const QByteArray end : {"\n", ""}) {
            const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            const QByteArray path = QFile::encodeName(host.socket());
            qstrncpy(address.sun_path, path.constData(), sizeof address.sun_path);
            QCOMPARE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
            const QByteArray request = R"({"jsonrpc":"2.0","id":1,"method":"plugin.page","params":)"
                                       R"({"id":"pages","page":"show","argument":"later"}})" +
                                       end;
            QCOMPARE(::send(fd, request.constData(), static_cast<std::size_t>(request.size()), 0), request.size());
            QCOMPARE(::shutdown(fd, SHUT_WR), 0);
            QByteArray answer;
            QByteArray part(4096, '\0');
            for (ssize_t got = 0; (got = ::recv(fd, part.data(), 4096, 0)) > 0;) answer += part.left(got);
            ::close(fd);
            QVERIFY2(answer.contains("later") && answer.endsWith("}\n"), answer.constData());
        }
        QCOMPARE(host.stop(), 0);
    }

    void whoStopsWhileAskedAnswersNothingMore() {
        HostUnderTest host(*m_lab, "stop");
        host.addPlugin("pages", "{mode: local}");
        QVERIFY(host.start());
        QTRY_COMPARE(host.ctl({"pages", "show"}).exitCode, 0);
        QCOMPARE(host.ctl({"plugin", "stop", "pages"}).exitCode, 0);
        const auto stopped = host.ctl({"pages", "show"});
        QCOMPARE(stopped.exitCode, 1);
        QVERIFY2(stopped.errors.contains("plugin pages is Stopped"), stopped.errors.constData());
    }

    void aRunnerThatHangsIsEndedAndTheUserIsTold() {
        HostUnderTest host(*m_lab, "hang");
        host.addPlugin("pages", "{mode: remote}");
        QVERIFY(host.start());
        QTRY_COMPARE(host.ctl({"pages", "show"}).exitCode, 0);
        const auto hung = host.ctl({"pages", "show", "hang"});
        QCOMPARE(hung.exitCode, 1);
        QVERIFY2(hung.errors.contains("pages: did not return from page within 5 s"), hung.errors.constData());
        // The host restarts it.
        QTRY_COMPARE_WITH_TIMEOUT(host.ctl({"pages", "show"}).exitCode, 0, 10'000);
    }

    void unknownOnes() {
        HostUnderTest host(*m_lab, "unknown");
        host.addPlugin("pages", "{mode: local}");
        QVERIFY(host.start());
        const auto message = [&host](const QJsonObject& params) {
            return host.call("plugin.page", params)[u"error"][u"message"].toString();
        };
        QTRY_COMPARE(message({{"id", "pages"}, {"page", "nope"}}), QStringLiteral("plugin pages has no page \"nope\""));
        QCOMPARE(message({{"id", "nobody"}, {"page", "show"}}),
                 QStringLiteral("plugin nobody does not run here: host.yaml does not list it"));
        QCOMPARE(message({{"id", "crd-watcher"}, {"page", "show"}}),
                 QStringLiteral("plugin crd-watcher has no page \"show\""));
    }
};

QTEST_GUILESS_MAIN(TestPages)
#include "tst_pages.moc"
