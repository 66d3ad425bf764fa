// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever a valid spec says, chronyd accepts the configuration made from it, the same spec gives the same bytes, and a
// running chronyd gets from any spec to any other.
#include <QProcess>
#include <QTest>

#include "chrony/chronyd_version.h"
#include "crd_catalog.h"
#include "materials_survey.h"
#include "model/spec_parser.h"
#include "support/engine_fixture.h"
#include "support/random_spec.h"
#include "tree.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

namespace {

constexpr int kSpecs = 3000;
constexpr int kRuns = 40;
constexpr quint32 kSeed = 20261125;

QString refusalOf(const QString& file) {
    QProcess chronyd;
    chronyd.start(chronydPath(), {QStringLiteral("-p"), QStringLiteral("-f"), file});
    if (!chronyd.waitForFinished()) return QStringLiteral("does not end");
    return chronyd.exitCode() == 0 ? QString() : QString::fromUtf8(chronyd.readAllStandardError());
}

}  // namespace

class TestAnySpec : public QObject {
    Q_OBJECT
    ChronyVersion m_version;

   private Q_SLOTS:
    void initTestCase() {
        QProcess chronyd;
        chronyd.start(chronydPath(), {QStringLiteral("--version")});
        QVERIFY(chronyd.waitForFinished());
        const auto version = chronyVersion(chronyd.readAllStandardOutput());
        QVERIFY2(version, version ? "" : qPrintable(version.error().text()));
        m_version = *version;
    }

    void isAcceptedByChronyd() {
        const auto crds = schema::CrdCatalog::load(tree::sourceFile(QStringLiteral("crds")));
        QVERIFY2(crds, crds ? "" : qPrintable(crds.error().text()));
        const TestTree tree;
        const ChronyLayout layout{tree.directory(QStringLiteral("run")), tree.directory(QStringLiteral("state"))};
        const MaterialsSurvey survey(layout, runAs);
        RandomSpec random(kSeed);
        int withSources = 0;
        for (int i = 0; i < kSpecs; ++i) {
            const QCborMap object{{QStringLiteral("apiVersion"), QStringLiteral("ntp.fos1.io/v1alpha1")},
                                  {QStringLiteral("kind"), QStringLiteral("NTPService")},
                                  {QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), QStringLiteral("a")}}},
                                  {QStringLiteral("spec"), random.next()}};
            const QByteArray text = QCborValue(object).toDiagnosticNotation().toUtf8();
            const auto admitted = crds->admit(object);
            QVERIFY2(admitted, admitted ? "" : qPrintable(joined(admitted.error()) + QString::fromUtf8(text)));
            const auto spec = ntp::parse(admitted->value(QStringLiteral("spec")).toMap());
            QVERIFY2(spec, spec ? "" : qPrintable(joined(spec.error()) + QString::fromUtf8(text)));
            const Materials materials =
                survey.survey(*spec, QStringLiteral("default"), {}, m_version, {}, {}, 1'800'000'000).materials;
            const PlanOptions options{layout.paths(), i % 2 == 0 ? ClockControl::None : ClockControl::Adjust};
            const ChronyPlan plan = makePlan(*spec, options, materials);
            QVERIFY(plan == makePlan(*spec, options, materials));
            const QString refusal = refusalOf(tree.write(QStringLiteral("chrony.conf"), plan.whole()));
            QVERIFY2(refusal.isEmpty(), qPrintable(refusal + QString::fromUtf8(plan.whole() + text)));
            withSources += plan.sources.isEmpty() ? 0 : 1;
        }
        QVERIFY2(withSources > kSpecs / 3, "the specs say too little to show anything");
    }

    void isReachedFromAnyOther() {
        EngineFixture f;
        const MaterialsSurvey survey(f.layout, runAs);
        RandomSpec random(kSeed + 1);
        for (int i = 0; i < kRuns; ++i) {
            const QCborMap map = random.next();
            const auto spec = ntp::parse(map);
            QVERIFY2(spec, spec ? "" : qPrintable(joined(spec.error())));
            f.spec = *spec;
            f.spec.server.port = freeUdpPort();
            f.spec.server.driftfile.clear();
            f.spec.nts.port = freeTcpPort();
            f.materials = survey
                              .survey(f.spec, QStringLiteral("default"), {}, m_version, {}, {},
                                      QDateTime::currentSecsSinceEpoch())
                              .materials;
            const QString error = f.apply();
            QVERIFY2(error.isEmpty(), qPrintable(error + QString::fromUtf8(f.plan().whole())));
            const QByteArray sources =
                f.chronyc({QStringLiteral("-c"), QStringLiteral("sources"), QStringLiteral("-a")}, "-N");
            for (const QString& name : f.plan().online.sourceNames)
                QVERIFY2(sources.contains(name.toUtf8()), qPrintable(name + QString::fromUtf8(sources)));
        }
    }
};

QTEST_GUILESS_MAIN(TestAnySpec)
#include "tst_any_spec.moc"
