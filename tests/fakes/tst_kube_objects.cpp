// SPDX-License-Identifier: GPL-2.0-or-later
// How the fake API server stores objects: field managers, selectors, versions, deletion. Behavior that no recording
// shows follows the published documentation of the API.
#include <QJsonDocument>
#include <QTest>

#include "kube_curl.h"
#include "kube_server.h"
#include "tree.h"

using namespace fos1;
using fakes::HttpAnswer;
using fakes::KubeCurl;
using fakes::KubeServer;

namespace {

const QString kServices = QStringLiteral("/apis/ntp.fos1.io/v1alpha1/namespaces/default/ntpservices");
const QString kLeases = QStringLiteral("/apis/coordination.k8s.io/v1/namespaces/default/leases");
const QString kApply = QStringLiteral("application/apply-patch+yaml");
const QString kMerge = QStringLiteral("application/merge-patch+json");

QByteArray service(const QByteArray& name,
                   const QByteArray& more = "\"spec\":{\"enabled\":true,\"sources\":{},\"server\":{}}",
                   const QByteArray& metadata = {}) {
    return R"({"apiVersion":"ntp.fos1.io/v1alpha1","kind":"NTPService","metadata":{"name":")" + name + "\"" + metadata +
           "}," + more + "}";
}

QString message(const HttpAnswer& answer) { return answer.json()[u"message"].toString(); }

}  // namespace

class tst_kube_objects : public QObject {
    Q_OBJECT

    std::unique_ptr<KubeServer> m_server;
    std::unique_ptr<KubeCurl> m_curl;

    HttpAnswer applyStatus(const QString& manager, const QByteArray& status, bool force = false) {
        return m_curl->ask("PATCH", kServices + "/main/status?fieldManager=" + manager + (force ? "&force=true" : ""),
                           service("main", "\"status\":" + status), kApply);
    }

    QStringList names(const QString& query) {
        QStringList found;
        for (const QJsonValue& item : m_curl->ask("GET", kServices + query).json()[u"items"].toArray())
            found.append(item[u"metadata"][u"name"].toString());
        return found;
    }

   private Q_SLOTS:
    void init() {
        m_server =
            std::make_unique<KubeServer>(fakes::KubeOptions{.manifests = {tree::sourceFile(QStringLiteral("crds"))}});
        QVERIFY(m_server->start());
        m_curl = std::make_unique<KubeCurl>(*m_server);
        QCOMPARE(m_curl->ask("POST", kServices, service("main")).code(), 201);
    }

    void aManagerTakesBackWhatItAppliedNoMore() {
        const QByteArray ready = R"({"type":"Ready","status":"True"})";
        const QByteArray degraded = R"({"type":"Degraded","status":"False"})";
        QCOMPARE(applyStatus("a", "{\"stratum\":2,\"conditions\":[" + ready + "]}").code(), 200);
        QCOMPARE(applyStatus("b", "{\"running\":true,\"conditions\":[" + degraded + "]}").code(), 200);
        const QJsonObject both = applyStatus("a", "{\"conditions\":[" + ready + "]}").json()[u"status"].toObject();
        QVERIFY(!both.contains(u"stratum"));
        QCOMPARE(both[u"conditions"].toArray().size(), 2);
        const QJsonObject rest = applyStatus("a", "{}").json()[u"status"].toObject();
        QCOMPARE(rest[u"conditions"].toArray().size(), 1);
        QCOMPARE(rest[u"conditions"][0][u"type"].toString(), QStringLiteral("Degraded"));
        QCOMPARE(rest[u"running"].toBool(), true);
    }

    void applyingTheSameChangesNothing() {
        const QJsonObject first = applyStatus("a", R"({"stratum":2})").json();
        QCOMPARE(applyStatus("a", R"({"stratum":2})").json(), first);
        QCOMPARE(first[u"metadata"][u"generation"].toInt(), 1);
    }

    void managersConflict() {
        QCOMPARE(applyStatus("a", R"({"stratum":2,"conditions":[{"type":"Ready","status":"True"}]})").code(), 200);
        QCOMPARE(applyStatus("b", R"({"stratum":2})").code(), 200);  // the same value is shared
        const HttpAnswer refused =
            applyStatus("b", R"({"stratum":3,"conditions":[{"type":"Ready","status":"False"}]})");
        QCOMPARE(refused.code(), 409);
        QCOMPARE(message(refused),
                 QStringLiteral("Apply failed with 2 conflicts: conflicts with \"a\" with subresource \"status\":\n"
                                "- .status.conditions[type=\"Ready\"].status\n- .status.stratum"));
        QCOMPARE(applyStatus("b", R"({"stratum":3})", true).json()[u"status"][u"stratum"].toInt(), 3);
        QCOMPARE(applyStatus("a", R"({"stratum":2})").code(), 409);
    }

    void whatNoSchemaCanReadIs500() {
        const HttpAnswer unknown = applyStatus("a", R"({"typo":1})");
        QCOMPARE(unknown.code(), 500);
        QVERIFY2(message(unknown).endsWith(u".status.typo: field not declared in schema"), unknown.body.constData());
        const HttpAnswer twice =
            applyStatus("a", R"({"conditions":[{"type":"Ready","status":"True"},{"type":"Ready","status":"False"}]})");
        QVERIFY2(message(twice).contains(u"duplicate entries for key [type=\"Ready\"]"), twice.body.constData());
        QCOMPARE(m_curl->ask("PATCH", kServices + "/main/status", service("main"), kApply).code(), 422);
    }

    void theWholeObjectIsAppliedToo() {
        const QString one = kServices + "/new?fieldManager=a";
        const HttpAnswer made = m_curl->ask("PATCH", one, service("new"), kApply);
        QCOMPARE(made.code(), 201);
        QCOMPARE(made.json()[u"spec"][u"server"][u"port"].toInt(), 123);
        const HttpAnswer changed = m_curl->ask(
            "PATCH", one, service("new", R"("spec":{"enabled":false,"sources":{},"server":{"port":124}})"), kApply);
        QCOMPARE(changed.code(), 200);
        QCOMPARE(changed.json()[u"metadata"][u"generation"].toInt(), 2);
        // A default replaces a value that is no longer applied.
        const QJsonObject back = m_curl->ask("PATCH", one, service("new"), kApply).json();
        QCOMPARE(back[u"spec"][u"server"][u"port"].toInt(), 123);
    }

    void selectorsChoose_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QStringList>("found");
        const auto row = [](const char* query, const QStringList& found) {
            QTest::newRow(query) << QString::fromLatin1(query) << found;
        };
        row("?labelSelector=site%3Da", {"s1", "s2"});
        row("?labelSelector=site%3D%3Db", {"s3"});
        row("?labelSelector=site!%3Da", {"main", "s3"});
        row("?labelSelector=site%20in%20(a,b),rank", {"s2"});
        row("?labelSelector=site%20notin%20(a)", {"main", "s3"});
        row("?labelSelector=!site", {"main"});
        row("?fieldSelector=metadata.name%3Ds2", {"s2"});
        row("?fieldSelector=metadata.namespace!%3Ddefault", {});
        row("?labelSelector=site&limit=1", {"s1"});
    }
    void selectorsChoose() {
        QFETCH(const QString, query);
        QFETCH(const QStringList, found);
        const QByteArray spec = "\"spec\":{\"enabled\":true,\"sources\":{},\"server\":{}}";
        m_curl->ask("POST", kServices, service("s1", spec, R"(,"labels":{"site":"a"})"));
        m_curl->ask("POST", kServices, service("s2", spec, R"(,"labels":{"site":"a","rank":"1"})"));
        m_curl->ask("POST", kServices, service("s3", spec, R"(,"labels":{"site":"b"})"));
        QCOMPARE(names(query), found);
    }

    /// Clocks that could not be told apart are refused with the field's path, as the plugin's own checks do it.
    void clocksAreNotConfused_data() {
        QTest::addColumn<QByteArray>("hardware");
        QTest::addColumn<QString>("path");  // empty: it is good
        const auto row = [](const char* name, const QByteArray& hardware, const char* field) {
            QTest::newRow(name) << hardware
                                << (*field == '\0' ? QString()
                                                   : QStringLiteral("spec.sources.hardware.") + QLatin1String(field));
        };
        const QByteArray gps = R"("gps":{"enabled":true,"device":"/dev/ttyS0"})";
        row("a receiver and its pulse", gps + R"(,"pps":{"enabled":true})", "");
        row("a pulse on the receiver's port", gps + R"(,"pps":{"enabled":true,"device":"/dev/ttyS0"})", "");
        row("one of them is off", gps + R"(,"pps":{"enabled":false,"refid":"NMEA"})", "");
        row("one name", gps + R"(,"pps":{"enabled":true,"refid":"NMEA"})", "pps.refid");
        row("one name of PTP clocks",
            R"("phc":{"enabled":true,"device":"/dev/ptp0"},"atomic":{"enabled":true,"phc":"/dev/ptp1","refid":"PHC"})",
            "atomic.refid");
        row("one device", R"("pps":{"enabled":true},"atomic":{"enabled":true,"pps":"/dev/pps0"})", "atomic.pps");
        row("one PTP device",
            R"("phc":{"enabled":true,"device":"/dev/ptp0"},"atomic":{"enabled":true,"phc":"/dev/ptp0"})", "atomic.phc");
        row("a device twice in one clock", R"("atomic":{"enabled":true,"pps":"/dev/x","phc":"/dev/x"})", "atomic.phc");
    }
    void clocksAreNotConfused() {
        QFETCH(QByteArray, hardware);
        QFETCH(QString, path);
        const QByteArray spec = R"("spec":{"enabled":true,"sources":{"hardware":{)" + hardware + R"(}},"server":{}})";
        const HttpAnswer answer = m_curl->ask("POST", kServices, service("clocks", spec));
        QCOMPARE(answer.code(), path.isEmpty() ? 201 : 422);
        if (path.isEmpty()) return;
        QStringList fields;
        for (const QJsonValue& cause : answer.json()[u"details"][u"causes"].toArray())
            fields.append(cause[u"field"].toString());
        QVERIFY2(fields.contains(path), answer.body.constData());
    }

    void oddListsAreRefused_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("code");
        QTest::newRow("field") << "?fieldSelector=spec.enabled%3Dtrue" << 400;
        QTest::newRow("labels") << "?labelSelector=%3D%3D" << 400;
        QTest::newRow("future") << "?resourceVersion=99999999" << 504;
        QTest::newRow("match alone") << "?resourceVersionMatch=Exact" << 422;
        QTest::newRow("forgotten") << "?resourceVersion=1&resourceVersionMatch=Exact" << 410;
        QTest::newRow("any") << "?resourceVersion=0" << 200;
    }
    void oddListsAreRefused() {
        QFETCH(const QString, query);
        QFETCH(const int, code);
        QCOMPARE(m_curl->ask("GET", kServices + query).code(), code);
    }

    void updatesNeedTheVersion() {
        QJsonObject object = m_curl->ask("GET", kServices + "/main").json();
        const auto put = [&] {
            return m_curl->ask("PUT", kServices + "/main", QJsonDocument(object).toJson(QJsonDocument::Compact));
        };
        QCOMPARE(put().json(), object);  // no change, no new version
        QJsonObject spec = object[u"spec"].toObject();
        spec[u"enabled"] = false;
        object[u"spec"] = spec;
        object[u"status"] = QJsonObject{{"stratum", 1}};
        const HttpAnswer changed = put();
        QCOMPARE(changed.json()[u"metadata"][u"generation"].toInt(), 2);
        QVERIFY(!changed.json().contains(u"status"));
        QCOMPARE(put().code(), 409);
        object[u"metadata"] = QJsonObject{{"name", "main"}};
        QCOMPARE(put().code(), 422);
        QCOMPARE(m_curl
                     ->ask("PATCH", kServices + "/main/status", R"({"spec":{"enabled":true},"status":{"stratum":1}})",
                           kMerge)
                     .json()[u"spec"][u"enabled"]
                     .toBool(true),
                 false);
    }

    void deletionHasPreconditions() {
        const auto remove = [this](const QByteArray& options) {
            return m_curl->ask("DELETE", kServices + "/main", options).code();
        };
        QCOMPARE(remove(R"({"preconditions":{"uid":"other"}})"), 409);
        QCOMPARE(remove(R"({"preconditions":{"resourceVersion":"1"}})"), 409);
        QCOMPARE(remove(R"({"propagationPolicy":"Background"})"), 200);
        QCOMPARE(remove({}), 404);
        m_curl->ask("POST", kServices, service("x"));
        m_curl->ask("POST", kServices, service("y"));
        QCOMPARE(m_curl->ask("DELETE", kServices).json()[u"items"].toArray().size(), 2);
        QCOMPARE(names({}), QStringList());
    }

    void leasesAreTakenOnce() {
        const QByteArray lease = R"({"metadata":{"name":"l"},"spec":{"holderIdentity":"a","leaseDurationSeconds":15}})";
        const QJsonObject made = m_curl->ask("POST", kLeases, lease).json();
        QCOMPARE(m_curl->ask("POST", kLeases, lease).code(), 409);
        const QByteArray version = made[u"metadata"][u"resourceVersion"].toString().toUtf8();
        const QByteArray taken = "{\"metadata\":{\"name\":\"l\",\"resourceVersion\":\"" + version +
                                 "\"},\"spec\":{\"holderIdentity\":\"b\",\"leaseDurationSeconds\":15}}";
        QCOMPARE(m_curl->ask("PUT", kLeases + "/l", taken).code(), 200);
        QCOMPARE(m_curl->ask("PUT", kLeases + "/l", taken).code(), 409);
        QVERIFY(!made[u"metadata"].toObject().contains(u"generation"));
    }

    void eventsHaveTwoFaces() {
        const QByteArray event =
            R"({"metadata":{"name":"e"},"note":"hello","regarding":{"kind":"NTPService","name":"main"},"reason":"Synced"})";
        QCOMPARE(m_curl->ask("POST", "/apis/events.k8s.io/v1/namespaces/default/events", event).code(), 201);
        const QJsonObject core = m_curl->ask("GET", "/api/v1/namespaces/default/events/e").json();
        QCOMPARE(core[u"message"].toString(), QStringLiteral("hello"));
        QCOMPARE(core[u"involvedObject"][u"name"].toString(), QStringLiteral("main"));
    }
};

QTEST_GUILESS_MAIN(tst_kube_objects)
#include "tst_kube_objects.moc"
