// SPDX-License-Identifier: GPL-2.0-or-later
// Compares the fake with recorded answers of real API servers. Sends it every request of recordings/, in the state in
// which the recording was made. Status, headers and body are compared byte by byte, except for times, versions and
// random names.
#include <QDir>
#include <QRegularExpression>
#include <QTest>

#include "kube_curl.h"
#include "kube_server.h"
#include "lab.h"
#include "tree.h"

using namespace fos1;
using fakes::HttpAnswer;
using fakes::KubeCurl;
using fakes::KubeServer;

namespace {

const QString kServices = QStringLiteral("/apis/ntp.fos1.io/v1alpha1/namespaces/network/ntpservices");

struct Recording {
    QString method, target, contentType;
    QByteArray body;
    HttpAnswer answer;
};

Recording readRecording(const QString& path) {
    Recording recording;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return recording;
    QByteArray text = file.readAll();
    for (bool first = true; text.startsWith('>'); first = false) {
        const qsizetype end = text.indexOf('\n');
        const QByteArray line = text.mid(1, end - 1).trimmed();
        text.remove(0, end + 1);
        if (first) {
            recording.method = QString::fromUtf8(line.left(line.indexOf(' ')));
            recording.target = QString::fromUtf8(line.mid(line.indexOf(' ') + 1));
        } else if (line.startsWith("Content-Type: ")) {
            recording.contentType = QString::fromUtf8(line.mid(qsizetype(strlen("Content-Type: "))));
        } else if (!line.isEmpty()) {
            recording.body = line;
        }
    }
    recording.answer = HttpAnswer::parse(text.trimmed());
    return recording;
}

/// Replaces every random part of an answer by a fixed value.
QByteArray normalised(const QByteArray& text) {
    static const QList<QPair<QRegularExpression, QString>> kChance{
        {QRegularExpression(QStringLiteral(R"("\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")")), QStringLiteral("\"TIME\"")},
        {QRegularExpression(QStringLiteral("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")), QStringLiteral("UID")},
        {QRegularExpression(QStringLiteral(R"re("resourceVersion":( ?)"\d+")re")),
         QStringLiteral(R"("resourceVersion":\1"N")")},
        {QRegularExpression(QStringLiteral(R"re("continue":( ?)"\w+")re")), QStringLiteral(R"("continue":\1"TOKEN")")},
        {QRegularExpression(QStringLiteral(R"(version: 1 \(\d+\))")), QStringLiteral("version: 1 (N)")},
        {QRegularExpression(QStringLiteral("\"main-ntp-[a-z0-9]{5}\"")), QStringLiteral("\"main-ntp-SUFFIX\"")},
    };
    QString result = QString::fromUtf8(text);
    for (const auto& [pattern, replacement] : kChance) result.replace(pattern, replacement);
    return result.toUtf8();
}

/// A server, and the actions of a test before and during a request.
class Scene {
   public:
    explicit Scene(const QString& profile)
        : server({.profile = profile,
                  .checksAccess = true,
                  .manifests = {tree::sourceFile(QStringLiteral("tests/fakes/recordings/ntpservices.yaml"))}}),
          curl(server) {
        server.setToken(QStringLiteral("limited"), QStringLiteral("token-of-limited"));
    }

    /// Creates an NTPService as curl.
    void create(const QByteArray& name, const QByteArray& labels = {}) const {
        const HttpAnswer made =
            curl.ask("POST", kServices,
                     R"({"apiVersion":"ntp.fos1.io/v1alpha1","kind":"NTPService","metadata":{"name":")" + name + "\"" +
                         (labels.isEmpty() ? "" : ",\"labels\":" + labels) + R"(},"spec":{"enabled":true}})");
        QCOMPARE(made.status, QByteArray("HTTP/2 201"));
    }

    /// Sends a merge patch as `manager`.
    void patch(const QString& name, const QString& manager, const QByteArray& body) const {
        const HttpAnswer done = curl.ask("PATCH", kServices + u'/' + name + QStringLiteral("?fieldManager=") + manager,
                                         body, QStringLiteral("application/merge-patch+json"));
        QCOMPARE(done.status, QByteArray("HTTP/2 200"));
    }

    void createFive() const {
        for (const char* name : {"s1", "s2", "s3", "s4", "s5"}) create(name, R"({"site":"a"})");
    }

    KubeServer server;
    KubeCurl curl;
};

using Steps = void (*)(Scene&);

void applyStatus(Scene& scene) {
    const Recording status =
        readRecording(tree::sourceFile(QStringLiteral("tests/fakes/recordings/1.34/15-status-apply.http")));
    QCOMPARE(scene.curl.ask("PATCH", status.target, status.body, status.contentType).status, QByteArray("HTTP/2 200"));
}

void sixServices(Scene& scene) {
    scene.create("main-ntp");
    if (scene.curl.ask("GET", "/version").body.contains("\"34\"")) applyStatus(scene);
    scene.createFive();
}

void changeThem(Scene& scene) {
    scene.patch("s1", "kubectl-patch", R"({"spec":{"minpoll":5}})");
    scene.curl.ask("DELETE", kServices + "/s2");
    scene.patch("s3", "kubectl-label", R"({"metadata":{"labels":{"site":"b"}}})");
}

void relabel(Scene& scene) {
    scene.patch("s3", "kubectl-label", R"({"metadata":{"labels":{"site":"a"}}})");
    scene.patch("s3", "kubectl-label", R"({"metadata":{"labels":{"site":"b"}}})");
}

void addFinalizer(Scene& scene) {
    scene.create("s4", R"({"site":"a"})");
    scene.patch("s4", "kubectl-patch", R"({"metadata":{"finalizers":["ntp.fos1.io/withdraw"]}})");
}

/// The state in which each recording was made, by its number.
const QMap<QString, Steps> kBefore{
    {"1.34/05",
     [](Scene& scene) {
         scene.server.control("unready", {{"ms", 60'000}});
     }},
    {"1.34/06", [](Scene& scene) { scene.curl.token = QStringLiteral("rotated"); }},
    {"1.34/07", [](Scene& scene) { scene.curl.token = QStringLiteral("token-of-limited"); }},
    {"1.34/09", [](Scene& scene) { scene.create("main-ntp"); }},
    {"1.34/15", [](Scene& scene) { scene.create("main-ntp"); }},
    {"1.34/16",
     [](Scene& scene) {
         scene.create("main-ntp");
         applyStatus(scene);
     }},
    {"1.34/18", [](Scene& scene) { scene.create("main-ntp"); }},
    {"1.34/19", sixServices},
    {"1.34/20", sixServices},
    {"1.34/26",
     [](Scene& scene) {
         sixServices(scene);
         changeThem(scene);
         relabel(scene);
     }},
    {"1.34/28", addFinalizer},
    {"1.34/29",
     [](Scene& scene) {
         addFinalizer(scene);
         scene.curl.ask("DELETE", kServices + "/s4");
     }},
    {"1.34/33", [](Scene& scene) { scene.curl.token = QStringLiteral("token-of-limited"); }},
    // The rule that would refuse it is unknown to that version.
    {"1.20/12", [](Scene& scene) { scene.create("bad"); }},
    {"1.20/15", [](Scene& scene) { scene.create("main-ntp"); }},
};

struct WatchSteps {
    Steps before;
    Steps during;
};

const WatchSteps kLive{sixServices, changeThem};
const WatchSteps kRelabelled{[](Scene& scene) {
                                 sixServices(scene);
                                 changeThem(scene);
                             },
                             relabel};

/// Watches from the server's version after `before`.
const QMap<QString, WatchSteps> kWatches{
    {"1.20/22", kLive}, {"1.34/22", kLive}, {"1.34/23", kRelabelled}, {"1.34/27", kRelabelled}};

}  // namespace

class tst_kube_server : public QObject {
    Q_OBJECT

   private:
    static void compareHeads(const HttpAnswer& found, const HttpAnswer& wanted) {
        QCOMPARE(found.status, wanted.status);
        for (const char* name : {"cache-control", "content-type", "retry-after", "warning", "x-content-type-options"})
            QCOMPARE(found.headers[name], wanted.headers[name]);
        QCOMPARE(found.headers.contains("content-length"), wanted.headers.contains("content-length"));
    }

    static void replayWatch(Scene& scene, const QString& number, Recording wanted) {
        const WatchSteps steps = kWatches.value(number);
        if (steps.before) {
            steps.before(scene);
            static const QRegularExpression kVersion(QStringLiteral("resourceVersion=\\d+"));
            wanted.target.replace(kVersion, QStringLiteral("resourceVersion=%1").arg(scene.server.version()));
        }
        lab::Daemon curl(scene.server.path(QStringLiteral("watch.out")), QStringLiteral("curl"),
                         scene.curl.words(QStringLiteral("GET"), wanted.target));
        if (number.endsWith(u"24")) {
            QCOMPARE(curl.waitForEnd(5000), 0);  // the server closes it after the line with the reason
        } else {
            QTRY_COMPARE(scene.server.control("watches")[u"watches"].toArray().size(), 1);
            if (steps.during) steps.during(scene);
            if (number.endsWith(u"22")) scene.server.control("bookmarks");
            // A time limit ends it by itself, with a clean end of the stream.
            if (!wanted.target.contains(u"timeoutSeconds")) scene.server.control("end-watches");
            QCOMPARE(curl.waitForEnd(5000), 0);
        }
        const HttpAnswer found = HttpAnswer::parse(curl.log());
        QCOMPARE(normalised(found.body), normalised(wanted.answer.body));
        compareHeads(found, wanted.answer);
    }

   private Q_SLOTS:
    void answersAsRecorded_data() {
        QTest::addColumn<QString>("profile");
        QTest::addColumn<QString>("name");
        for (const QString& profile : {QStringLiteral("1.20"), QStringLiteral("1.34")})
            for (const QString& name : QDir(tree::sourceFile(QStringLiteral("tests/fakes/recordings/")) + profile)
                                           .entryList({"*.http"}, QDir::Files))
                QTest::addRow("%s/%s", qPrintable(profile), qPrintable(name)) << profile << name;
    }

    void answersAsRecorded() {
        QFETCH(const QString, profile);
        QFETCH(const QString, name);
        Recording wanted =
            readRecording(tree::sourceFile(QStringLiteral("tests/fakes/recordings/%1/%2")).arg(profile, name));
        QVERIFY(!wanted.answer.status.isEmpty());
        const QString number = profile + u'/' + name.left(2);
        Scene scene(profile);
        QVERIFY(scene.server.start());
        if (const Steps before = kBefore.value(number)) before(scene);
        if (QTest::currentTestFailed()) return;
        if (!wanted.answer.headers.contains("content-length")) {
            replayWatch(scene, number, wanted);
            return;
        }
        if (const qsizetype at = wanted.target.indexOf(QStringLiteral("continue=eyJ")); at >= 0) {
            const HttpAnswer page = scene.curl.ask("GET", kServices + QStringLiteral("?limit=2"));
            wanted.target =
                wanted.target.left(at) + QStringLiteral("continue=") + page.json()[u"metadata"][u"continue"].toString();
        }
        const HttpAnswer found = scene.curl.ask(wanted.method, wanted.target, wanted.body, wanted.contentType);
        QCOMPARE(normalised(found.body), normalised(wanted.answer.body));
        compareHeads(found, wanted.answer);
    }
};

QTEST_GUILESS_MAIN(tst_kube_server)
#include "tst_kube_server.moc"
