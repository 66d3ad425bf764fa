// SPDX-License-Identifier: GPL-2.0-or-later
// What a change would do is said before it is done: to chronyd, by which commands, and to the VLANs; without a key's
// value.
#include <QCborArray>
#include <QTest>

#include "core/access_table.h"
#include "core/plan_preview.h"
#include "model/spec_parser.h"
#include "yaml_document.h"

using namespace fos1;
using namespace fos1::ntp;

namespace {

Planned planned(const QByteArray& yaml) {
    const auto documents = fos1::yaml::parse(yaml, QStringLiteral("test"));
    const auto spec = ntp::parse(documents->front().value);
    Materials materials;
    materials.version = {4, 3};
    for (const KeySpec& key : spec->authentication.keys) materials.keys[key.id] = key.value;
    const Vlans vlans{{QStringLiteral("a"), {{10, QStringLiteral("lan.10"), 3, true, {}, {}, {}}, true}}};
    const ChronyPlan chrony = makePlan(*spec, {{}, ClockControl::None}, materials);
    return {chrony,
            planVlans(*spec, vlans, tableOf(chrony.online.access), {true, false, true, QStringLiteral("Fit.")}),
            {}};
}

QStringList lines(const QCborMap& answer, const char* title) {
    const QCborArray sections = answer.value(QStringLiteral("sections")).toArray();
    for (const QCborValue& section : sections) {
        if (!section.toMap().value(QStringLiteral("title")).toString().startsWith(QLatin1String(title))) continue;
        QStringList list;
        const QCborArray array = section.toMap().value(QStringLiteral("lines")).toArray();
        for (const QCborValue& line : array) list.append(line.toString());
        return list;
    }
    return {};
}

QString disruption(const QCborMap& answer) { return answer.value(QStringLiteral("disruption")).toString(); }

constexpr const char* kBefore =
    "{sources: {servers: [{address: a}]}, security: {access: [{network: 10.0.0.0/8, permission: allow}], "
    "authentication: {keys: [{id: 1, type: SHA1, value: geheim}]}}, vlanConfig: [{vlanRef: a}]}";

}  // namespace

class TestPlanPreview : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void nothing() { QVERIFY(describeChange(planned(kBefore), planned(kBefore)).isEmpty()); }

    void online() {
        QByteArray text(kBefore);
        text.replace("address: a", "address: b, prefer: true")
            .replace("permission: allow", "permission: deny")
            .replace("geheim", "anderes")
            .replace("vlanRef: a", "vlanRef: a, enabled: false");
        const QCborMap answer = describeChange(planned(kBefore), planned(text));
        QCOMPARE(disruption(answer), QStringLiteral("online"));
        QCOMPARE(lines(answer, "configuration"),
                 QStringList({QStringLiteral("- allow 10.0.0.0/8"), QStringLiteral("- server a"),
                              QStringLiteral("+ deny 10.0.0.0/8"), QStringLiteral("+ server b prefer"),
                              QStringLiteral("+ key 1")}));
        QCOMPARE(lines(answer, "commands"), QStringList({QStringLiteral("  deny 10.0.0.0/8"), QStringLiteral("  rekey"),
                                                         QStringLiteral("  reload sources")}));
        QVERIFY(lines(answer, "VLANs").contains(QStringLiteral("  a: accepting true -> false")));
        const QString all = answer.toCborValue().toDiagnosticNotation();
        QVERIFY(!all.contains(QStringLiteral("geheim")) && !all.contains(QStringLiteral("anderes")) &&
                !all.contains(QString::fromLatin1(QByteArray("anderes").toHex().toUpper())));
    }

    /// What subscribers would see: what changes, and what goes.
    void publications() {
        QByteArray text(kBefore);
        text.replace("vlanRef: a", "vlanRef: a, enabled: false");
        const auto published = [](const QCborMap& answer) {
            return answer.value(QStringLiteral("publishes"))[QLatin1String(time::ServiceState::kTopic)].toMap();
        };
        const QCborMap changed = published(describeChange(planned(kBefore), planned(text)));
        QCOMPARE(changed.size(), 1);
        const auto state = time::ServiceState::decode(changed.value(QStringLiteral("a")).toMap());
        QVERIFY(state && !state->accepting);
        QVERIFY(published(describeChange(planned(kBefore), {})).value(QStringLiteral("a")).isNull());
        QByteArray other(kBefore);
        other.replace("address: a", "address: b");
        QVERIFY(published(describeChange(planned(kBefore), planned(other))).isEmpty());
    }

    void restart() {
        QByteArray text(kBefore);
        text.insert(1, "server: {port: 1123}, ");
        const QCborMap answer = describeChange(planned(kBefore), planned(text));
        QCOMPARE(disruption(answer), QStringLiteral("restart"));
        QVERIFY(answer.value(QStringLiteral("summary")).toString().contains(QStringLiteral("port changed")));
        QVERIFY(lines(answer, "commands").isEmpty());
    }

    void startAndStop() {
        QCOMPARE(disruption(describeChange({}, planned(kBefore))), QStringLiteral("start"));
        QCOMPARE(disruption(describeChange(planned(kBefore), {})), QStringLiteral("stop"));
        QVERIFY(describeChange({}, {}).isEmpty());
    }

    /// Also where nothing else changes.
    void warnings() {
        const QString object = QStringLiteral("NTPService ntp/second");
        const QString text = QStringLiteral("Only one NTPService can serve a node.");
        const QCborMap answer = describeChange(planned(kBefore), planned(kBefore), {{object, text}});
        QCOMPARE(answer.size(), 1);
        const QCborValue warning = answer.value(QStringLiteral("warnings"))[0];
        QCOMPARE(warning[QStringLiteral("object")].toString(), object);
        QCOMPARE(warning[QStringLiteral("text")].toString(), text);
    }

    void whatClientsNotice_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QString>("expected");
        QTest::newRow("one more source") << QByteArray(kBefore).replace("[{address: a}]",
                                                                        "[{address: a}, {address: b}]")
                                         << QStringLiteral("clients would not notice.");
        QTest::newRow("no source") << QByteArray(kBefore).replace("[{address: a}]", "[]")
                                   << QStringLiteral(
                                          "no source would be left, so only this machine's clock would keep "
                                          "the time.");
        QTest::newRow("other sources") << QByteArray(kBefore).replace("[{address: a}]", "[{address: b}]")
                                       << QStringLiteral("until a new one answers.");
        QTest::newRow("a VLAN less") << QByteArray(kBefore).replace("vlanRef: a", "vlanRef: a, enabled: false")
                                     << QStringLiteral("clients of VLAN a would no longer be served.");
    }

    void whatClientsNotice() {
        QFETCH(QByteArray, spec);
        QFETCH(QString, expected);
        QVERIFY(spec != QByteArray(kBefore));
        const QCborMap answer = describeChange(planned(kBefore), planned(spec));
        const QString summary = answer.value(QStringLiteral("summary")).toString();
        QVERIFY2(summary.endsWith(expected), qPrintable(summary));
    }
};

QTEST_GUILESS_MAIN(TestPlanPreview)
#include "tst_plan_preview.moc"
