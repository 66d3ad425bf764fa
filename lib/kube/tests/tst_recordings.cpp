// SPDX-License-Identifier: GPL-2.0-or-later
// Every recorded reply of a real API server, passed to the client in small pieces: how the client reacts.
#include <QDir>
#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "api_client.h"
#include "list_watch.h"
#include "tree.h"

using namespace fos1;
using namespace fos1::kube;

namespace {

const QString kRecordings = tree::sourceFile(QStringLiteral("tests/fakes/recordings/"));

/// Answers every request with the same recorded reply, a few bytes at a time, and then closes.
class Player {
   public:
    explicit Player(const QString& recording) {
        QFile file(recording);
        if (!file.open(QIODevice::ReadOnly)) qFatal("%s", qPrintable(recording));
        QByteArray text = file.readAll();
        for (bool isFirst = true; text.startsWith('>'); isFirst = false) {
            const QByteArray line = text.mid(1, text.indexOf('\n') - 1).trimmed();
            if (isFirst) request = line;
            text.remove(0, text.indexOf('\n') + 1);
        }
        text = text.trimmed();
        const qsizetype end = text.contains("\n\n") ? text.indexOf("\n\n") : text.size();
        QList<QByteArray> head = text.left(end).split('\n');
        body = text.mid(end + 2);
        if (request.contains("watch=true") && !body.isEmpty()) body += '\n';
        status = head.takeFirst().split(' ').value(1).toInt();
        m_answer = "HTTP/1.1 " + QByteArray::number(status) + " X\r\n";
        for (const QByteArray& line : head)
            if (!line.toLower().startsWith("content-length")) m_answer += line.trimmed() + "\r\n";
        m_answer += "Connection: close\r\n\r\n" + body;
        m_server.listen(QHostAddress::LocalHost);
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            QTcpSocket* socket = m_server.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
                socket->readAll();
                ++requests;
                for (qsizetype i = 0; i < m_answer.size(); i += 1000) {
                    socket->write(m_answer.mid(i, 1000));
                    socket->flush();
                }
                socket->disconnectFromHost();
            });
        });
    }
    [[nodiscard]] ClusterAccess access() const {
        ClusterAccess access;
        access.server = QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort()));
        return access;
    }

    QByteArray request;
    QByteArray body;
    int status = 0;
    int requests = 0;

   private:
    QByteArray m_answer;
    QTcpServer m_server;
};

}  // namespace

class TestRecordings : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void eachAnswer_data() {
        QTest::addColumn<QString>("file");
        for (const QString& version : {QStringLiteral("1.20"), QStringLiteral("1.34")})
            for (const QString& name : QDir(kRecordings + version).entryList({"*.http"}, QDir::Files))
                QTest::newRow(qPrintable(version + u'/' + name)) << kRecordings + version + u'/' + name;
    }
    void eachAnswer() {
        QFETCH(const QString, file);
        Player player(file);
        ApiClient client(player.access(), "test");
        ApiRequest request;
        request.path = "/x";
        if (player.request.contains("watch=true")) {
            const std::unique_ptr<ApiStream> stream(client.stream(request, std::chrono::seconds(5), nullptr));
            QList<QByteArray> lines;
            std::optional<ApiReply> end;
            connect(stream.get(), &ApiStream::line, this, [&](const QByteArray& line) { lines.append(line); });
            connect(stream.get(), &ApiStream::ended, this, [&](const ApiReply& reply) { end = reply; });
            QTRY_VERIFY(end);
            QCOMPARE(end->status, player.status);
            if (player.status == 200) {
                QVERIFY2(end->isOk(), qPrintable(end->problem));
                QCOMPARE(lines.size(), player.body.count('\n'));
                for (const QByteArray& line : lines) QVERIFY(player.body.contains(line));
            } else {
                QVERIFY(!end->problem.isEmpty());
            }
            return;
        }
        std::optional<ApiReply> reply;
        client.send(request, this, [&](const ApiReply& got) { reply = got; });
        QTRY_VERIFY(reply);
        QCOMPARE(reply->status, player.status);
        QCOMPARE(reply->body.trimmed(), player.body.trimmed());
        QCOMPARE(reply->isOk(), player.status < 300);
        if (player.status >= 300) {
            const QString message = reply->json()[u"message"].toString();
            QVERIFY2(reply->problem.startsWith(message.isEmpty() ? QStringLiteral("404 page not found")
                                                                 : message.simplified()),
                     qPrintable(reply->problem));
            // A request with 401 is repeated once, with credentials read again.
            QCOMPARE(player.requests, player.status == 401 ? 2 : 1);
        }
    }

    void whatFollowingMakesOfIt_data() {
        QTest::addColumn<QString>("recording");
        QTest::addColumn<ListWatch::State>("state");
        QTest::addColumn<QString>("problem");
        QTest::addColumn<int>("objects");
        using State = ListWatch::State;
        // The watch is irrelevant here: it gets the list once more.
        QTest::newRow("an empty list") << "1.20/05-list-empty.http" << State::Unknown << "" << 0;
        QTest::newRow("initialising") << "1.34/05-list-empty.http" << State::Waiting << "(re)initializing" << -1;
        QTest::newRow("no such type") << "1.34/04-discovery-missing-group.http" << State::Absent << "page not found"
                                      << -1;
        QTest::newRow("forbidden") << "1.34/07-forbidden.http" << State::Waiting << "User \"limited\" cannot list"
                                   << -1;
        QTest::newRow("unauthorized") << "1.34/06-unauthorized.http" << State::Waiting << "Unauthorized" << -1;
        QTest::newRow("no list at all") << "1.34/01-version.http" << State::Waiting << "is not a list" << -1;
        QTest::newRow("bad page") << "1.34/21-list-bad-continue.http" << State::Waiting << "continue" << -1;
    }
    void whatFollowingMakesOfIt() {
        QFETCH(const QString, recording);
        QFETCH(const ListWatch::State, state);
        QFETCH(const QString, problem);
        QFETCH(const int, objects);
        Player player(kRecordings + recording);
        ApiClient client(player.access(), "test");
        ListWatch watch(client, {"ntp.fos1.io/v1alpha1", "NTPService", "ntpservices", true}, {}, {});
        int seen = -1;
        bool wasThere = false;
        int listed = 0;
        connect(&watch, &ListWatch::listed, this,
                [&](const QList<QCborMap>& page) { listed += static_cast<int>(page.size()); });
        connect(&watch, &ListWatch::replaced, this, [&] {
            if (seen < 0) seen = listed;
        });
        connect(&watch, &ListWatch::stateChanged, this,
                [&] { wasThere = wasThere || (watch.state() == state && watch.problem().contains(problem)); });
        watch.start();
        QTRY_VERIFY2(wasThere || state == ListWatch::State::Unknown, qPrintable(watch.problem()));
        QTRY_COMPARE(seen, objects);
    }
};

QTEST_GUILESS_MAIN(TestRecordings)
#include "tst_recordings.moc"
