// SPDX-License-Identifier: GPL-2.0-or-later
// What a field about sources changes in a real chronyd: each is observed with the field and without it, so that nothing
// else can be the cause. The sources answer from another network namespace, over delays and with offsets of their own.
#include <QTest>

#include "isolation.h"
#include "ntp_responder.h"
#include "support/lab_scene.h"

using namespace fos1;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;
using fos1::lab::NtpClaim;

namespace {

constexpr int kPatience = 40'000;

using Look = QByteArray (*)(const Scene&);

QByteArray selectionState(const Scene& scene) { return scene.field("selectdata", 0); }

QByteArray samplesOfAnswers(const Scene& scene) {
    const int samples = scene.samples();
    const int answers = scene.answers();
    if (answers < 20) return {};
    return samples * 2 > answers ? "as many" : "a part";
}

/// The tests A to D (chronyc(1), ntpdata) of an answer that was delayed.
QByteArray testsOfDelayed(const Scene& scene) {
    const double delay = scene.shown("ntpdata", "Peer delay").split(' ').first().toDouble();
    return delay > 0.004 ? scene.shown("ntpdata", "NTP tests").split(' ').last() : QByteArray();
}

QByteArray whetherMeasured(const Scene& scene) {
    const QByteArray tests = scene.shown("ntpdata", "NTP tests").split(' ').last();
    return scene.shown("ntpdata", "Total RX").toInt() < 3 ? QByteArray() : tests.left(1);
}

/// Whether chronyd has learned how fast its clock is, from a source that gains 200 ppm.
QByteArray whetherTracked(const Scene& scene) {
    const double ppm = std::abs(scene.field("tracking", 7).toDouble());
    if (ppm > 100) return "tracked";
    return ppm < 10 && scene.answers() > 150 ? "not used" : QByteArray();
}

/// The clock was found to be wrong soon after the eighth answer.
QByteArray whetherLogged(const Scene& scene) {
    if (scene.hasLogged("System clock wrong by")) return "logged";
    return scene.answers() > 100 ? "silent" : QByteArray();
}

/// One field: what is seen without it, and with it.
struct Effect {
    const char* name;
    const char* spec;  ///< FIELD is its place
    const char* field;
    Look look;
    const char* without;
    const char* with;
    NtpClaim later = {};  ///< of the source, once it is followed
};

NtpClaim delayed() {
    NtpClaim claim;
    claim.delay = 5ms;
    return claim;
}

NtpClaim drifting() {
    NtpClaim claim;
    claim.ppm = 200;
    return claim;
}

constexpr const char* kSource =
    "{sources: {servers: [{address: 10.1.0.1, iburst: true, minpoll: -4, maxpoll: -4 FIELD}]}}";
constexpr const char* kManySamples =
    "{sources: {servers: [{address: 10.1.0.1, iburst: true, minpoll: -4, maxpoll: -4, minsamples: 64 FIELD}]}}";
constexpr const char* kAnyDeviation =
    "{sources: {servers: [{address: 10.1.0.1, iburst: true, minpoll: -4, maxpoll: -4, maxdelaydevratio: 1000000 "
    "FIELD}]}}";
constexpr const char* kSources =
    "{sources: {servers: [{address: 10.1.0.1, iburst: true, minpoll: -4, maxpoll: -4}] FIELD}}";
constexpr const char* kServer =
    "{sources: {servers: [{address: 10.1.0.1, iburst: true, minpoll: -4, maxpoll: -4}]}, server: {interleaved: true "
    "FIELD}}";
constexpr const char* kPool =
    "{sources: {pools: [{name: localhost, servers: 1, port: 123, minpoll: -4, maxpoll: -4 FIELD}]}}";

const std::vector<Effect>& effects() {
    static const std::vector<Effect> all{
        {"minsources", kSources, ", minsources: 2", selectionState, "*", "W"},
        {"maxdistance", kSources, ", maxdistance: 0.000001", selectionState, "*", "d"},
        {"filter", kManySamples, ", filter: 4", samplesOfAnswers, "as many", "a part"},
        {"maxdelayratio", kAnyDeviation, ", maxdelayratio: 2", testsOfDelayed, "1111", "1011", delayed()},
        {"maxdelaydevratio", kSource, ", maxdelaydevratio: 1000000", testsOfDelayed, "1101", "1111", delayed()},
        {"maxdelay of a pool", kPool, ", maxdelay: 0.000000001", whetherMeasured, "1", "0"},
        {"maxupdateskew", kServer, ", maxupdateskew: 0.000001", whetherTracked, "tracked", "not used", drifting()},
        {"logchange", kServer, ", logchange: 0.1", whetherLogged, "silent", "logged", NtpClaim{300ms}},
    };
    return all;
}

}  // namespace

class TestSourceEffects : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::NtpResponder> m_source;
    std::unique_ptr<lab::NtpResponder> m_local;  ///< at the router's own loopback, where a pool has a name

    QString declare(Scene& scene, const Effect& effect, const QByteArray& field) {
        m_source->claim({});
        if (const QString why = scene.declare(QByteArray(effect.spec).replace("FIELD", field)); !why.isEmpty())
            return why;
        if (effect.later.delay == 0ns && effect.later.offset == 0ns && effect.later.ppm == 0) return {};
        if (!QTest::qWaitFor([&] { return scene.answers() > 8 && scene.field("sources", 1) == "*"; }, kPatience))
            return QStringLiteral("the source is not followed");
        m_source->claim(effect.later);
        return {};
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        m_lab->addUpstream(2);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_source = std::make_unique<lab::NtpResponder>(*m_lab, QStringLiteral("up"), NtpClaim());
        m_local = std::make_unique<lab::NtpResponder>(*m_lab, QStringLiteral("rt"), NtpClaim());
        QVERIFY(m_source->problem().isEmpty() && m_local->problem().isEmpty());
        QVERIFY(startChronydIn(*m_lab, "rt"));
    }
    void cleanup() { m_source->claim({}); }

    void aFieldActs_data() {
        QTest::addColumn<int>("row");
        for (std::size_t i = 0; i < effects().size(); ++i) QTest::newRow(effects()[i].name) << static_cast<int>(i);
    }
    void aFieldActs() {
        QFETCH(int, row);
        const Effect& effect = effects()[static_cast<std::size_t>(row)];
        for (const auto& each : {std::pair("", effect.without), std::pair(effect.field, effect.with)}) {
            Scene scene;  // without what the one before has learned
            QCOMPARE(declare(scene, effect, each.first), QString());
            QVERIFY(scene.plan().leftOut.empty());
            QByteArray seen;
            const auto isAsExpected = [&] { return (seen = effect.look(scene)) == each.second; };
            QVERIFY2(QTest::qWaitFor(isAsExpected, kPatience), seen.constData());
        }
    }

    /// A jump makes chronyd forget what was before it, down to the number that is to be kept.
    void minimumOfSamples() {
        // On a busy machine chronyd drops old samples by itself, and keeps not many more than it must.
        const auto fewestAfterAJump = [this](Scene& scene, const QByteArray& field, int begin) {
            m_source->claim({});
            if (!scene.declare(QByteArray(kSource).replace("FIELD", field)).isEmpty()) return -1;
            if (!QTest::qWaitFor([&] { return scene.samples() >= begin; }, kPatience)) return -2;
            m_source->claim(NtpClaim{20ms});
            const int before = scene.answers();
            int fewest = 64;
            (void)QTest::qWaitFor(
                [&] {
                    fewest = std::min(fewest, scene.samples());
                    return scene.answers() > before + 24;
                },
                kPatience);
            return fewest;
        };
        Scene scene;
        const int usual = fewestAfterAJump(scene, "", 10);
        QVERIFY2(usual > 0 && usual < 10, qPrintable(QString::number(usual)));
        const int kept = fewestAfterAJump(scene, ", minsamples: 20", 20);
        QVERIFY2(kept >= 20, qPrintable(QString::number(kept)));
    }

    /// chrony.conf(5), authselectmode: the options in effect of an authenticated source and of a plain one.
    void authselectmode_data() {
        QTest::addColumn<QByteArray>("mode");
        QTest::addColumn<QByteArray>("authenticated");
        QTest::addColumn<QByteArray>("plain");
        QTest::newRow("require") << QByteArray("require") << QByteArray("-----") << QByteArray("N----");
        QTest::newRow("prefer") << QByteArray("prefer") << QByteArray("-----") << QByteArray("N----");
        QTest::newRow("mix") << QByteArray("mix") << QByteArray("--TR-") << QByteArray("-----");
        QTest::newRow("ignore") << QByteArray("ignore") << QByteArray("-----") << QByteArray("-----");
    }
    void authselectmode() {
        QFETCH(QByteArray, mode);
        QFETCH(QByteArray, authenticated);
        QFETCH(QByteArray, plain);
        Scene scene;
        scene.materials.keys[1] = "AVerySecureKeyString";
        QCOMPARE(
            scene.declare(
                "{sources: {servers: [{address: 10.1.0.1}, {address: 10.1.2.1, keyId: 1}]}, security: "
                "{authselect: " +
                mode + ", authentication: {enabled: true, keys: [{id: 1, type: MD5, value: AVerySecureKeyString}]}}}"),
            QString());
        const auto effective = [&scene](const char* address) {
            const QByteArrayList lines = scene.chronyc({QStringLiteral("selectdata")}).split('\n');
            for (const QByteArray& line : lines)
                if (line.contains(address)) return line.simplified().split(' ').value(4);
            return QByteArray();
        };
        QTRY_COMPARE(effective("10.1.2.1"), authenticated);
        QTRY_COMPARE(effective("10.1.0.1"), plain);
    }

    /// What 4.3 does not have is left out by name, and the rest runs.
    void whatThisChronydLacks_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QString>("path");
        const auto server = [](const char* name, const char* fields, const char* path) {
            QTest::newRow(name) << QByteArray("{server: {") + fields + "}}" << QStringLiteral("spec.server.") + path;
        };
        const auto security = [](const char* name, const char* fields, const char* path) {
            QTest::newRow(name) << QByteArray("{security: {") + fields + "}}"
                                << QStringLiteral("spec.security.") + path;
        };
        QTest::newRow("maxunreach") << QByteArray("{sources: {servers: [{address: 10.1.0.1, maxunreach: 10}]}}")
                                    << "spec.sources.servers[0].maxunreach";
        QTest::newRow("F324") << QByteArray("{sources: {servers: [{address: 10.1.0.1, extfield: [F324]}]}}")
                              << "spec.sources.servers[0].extfield";
        server("ptpdomain", "ptpPort: 319, ptpDomain: 1", "ptpDomain");
        server("local activate", "local: {enabled: true, activate: 1}", "local.activate");
        server("local waitsynced", "local: {enabled: true, waitsynced: 1}", "local.waitsynced");
        server("local waitunsynced", "local: {enabled: true, waitunsynced: 1}", "local.waitunsynced");
        server("maxpoll of a hardware clock", "hwtimestamp: [{interface: '*', maxpoll: 3}]", "hwtimestamp[0].maxpoll");
        security("ratelimit kod", "ratelimit: {enabled: true, kod: 2}", "ratelimit.kod");
        security("ntsaeads", "nts: {aeads: [15]}", "nts.aeads");
    }
    void whatThisChronydLacks() {
        QFETCH(QByteArray, spec);
        QFETCH(QString, path);
        Scene scene;
        QCOMPARE(scene.declare(spec), QString());
        const std::vector<ntp::LeftOut> leftOut = scene.plan().leftOut;
        QCOMPARE(leftOut.size(), 1U);
        QCOMPARE(leftOut.front().path, path);
        QVERIFY2(leftOut.front().reason.contains(QStringLiteral("chronyd 4.3 does not support it")),
                 qPrintable(leftOut.front().reason));
        // A newer one gets it.
        scene.materials.version = {4, 9};
        QVERIFY(scene.plan().leftOut.empty());
        QVERIFY(scene.plan().whole() != ntp::makePlan({}, {scene.layout.paths(), scene.planned}).whole());
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestSourceEffects test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_source_effects.moc"
