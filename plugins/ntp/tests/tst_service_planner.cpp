// SPDX-License-Identifier: GPL-2.0-or-later
// A plan that uses parts of the one before is the plan that is made without it.
#include <QDateTime>
#include <QDir>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include "chrony/run_as.h"
#include "security/certificate.h"
#include "service_planner.h"

using namespace fos1;
using namespace fos1::ntp;

namespace {

Result<RunAs> runAs() { return resolveRunAs({}); }

}  // namespace

class TestServicePlanner : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void theLastPlanMakesNoDifference() {
        const QTemporaryDir dir;
        const OwnAddresses own;
        const ServicePlanner planner({dir.path(), dir.path()}, runAs, ClockControl::None, own);
        QRandomGenerator random(3);
        NtpServiceSpec spec;
        spec.vlans.defaults = VlanPolicy();
        spec.rateLimit.enabled = true;
        spec.rateLimit.burst = 40;  // more than some versions take
        Vlans vlans;
        AccessPlanner groups;
        ChronyVersion version;
        std::optional<PlannedService> last;
        int reused = 0;
        for (int step = 0; step < 400; ++step) {
            bool isSameSpec = true;
            switch (random.bounded(5)) {
                case 0:
                    spec.server.port = static_cast<quint16>(123 + random.bounded(2));
                    isSameSpec = false;
                    break;
                case 1: version.minor = 3 + random.bounded(5); break;
                case 2: {
                    KnownVlan vlan;
                    vlan.state.addresses = {{QStringLiteral("10.9.%1.1").arg(random.bounded(2)), 24, {}}};
                    vlans.insert_or_assign(QStringLiteral("vlan-%1").arg(random.bounded(2)), vlan);
                    break;
                }
                default: {
                    ClientGroup group;
                    group.name = QString::number(random.bounded(4));
                    group.spec.networks = {*IpPrefix::parse(QStringLiteral("10.%1.0.0/16").arg(random.bounded(3)))};
                    group.spec.allow = random.bounded(2) == 0;
                    group.spec.redirect = random.bounded(2) == 0;
                    groups.set(group);
                }
            }
            const auto plan = [&](const PlannedService* before) {
                return planner.plan({spec, QStringLiteral("default"), groups.plan(spec, vlans), {}, version, before},
                                    Effects::None);
            };
            const PlannedService alone = plan(nullptr);
            PlannedService next = plan(last && isSameSpec ? &*last : nullptr);
            if (last && next.answers == last->answers) ++reused;
            QVERIFY2(next.chrony == alone.chrony && next.materials == alone.materials &&
                         next.answers->entries() == alone.answers->entries(),
                     qPrintable(QString::number(step)));
            last = std::move(next);
        }
        QVERIFY(reused > 50 && reused < 350);
    }

    /// A new chain with the old key.
    void aHalfDoneRenewalTakesNothingAway() {
        const QTemporaryDir dir;
        QVERIFY(QDir(dir.path()).mkpath(QStringLiteral("nts")));
        const qint64 now = QDateTime::currentSecsSinceEpoch();
        const QStringList names{QStringLiteral("DNS:ntp.example.org")};
        const KeyPair authority = *makePair(QStringLiteral("authority"), {}, now, 365, nullptr);
        const KeyPair old = *makePair(QStringLiteral("old"), names, now, 30, &authority);
        const KeyPair renewed = *makePair(QStringLiteral("renewed"), names, now, 90, &authority);
        const auto write = [&dir](const char* name, const QByteArray& text) {
            QFile file(dir.filePath(QLatin1String(name)));
            return file.open(QIODevice::WriteOnly) && file.write(text) == text.size() &&
                   file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
        };
        QVERIFY(write("chain.pem", old.certificate + authority.certificate) && write("key.pem", old.key));
        const OwnAddresses own;
        const ServicePlanner planner({dir.path(), dir.path()}, runAs, ClockControl::None, own);
        NtpServiceSpec spec;
        spec.nts.enabled = true;
        spec.nts.certificateFile = dir.filePath(QStringLiteral("chain.pem"));
        spec.nts.keyFile = dir.filePath(QStringLiteral("key.pem"));
        const auto plan = [&](const PlannedService* running) {
            return planner.plan({spec, QStringLiteral("default"), {}, {}, ChronyVersion(), nullptr, running},
                                Effects::Allowed);
        };
        const PlannedService first = plan(nullptr);
        QVERIFY2(first.nts && first.nts->problem.isEmpty(), qPrintable(first.nts ? first.nts->problem : QString()));
        QVERIFY(first.chrony.config.contains("\nntsservercert "));

        QVERIFY(write("chain.pem", renewed.certificate + authority.certificate));
        QVERIFY(!plan(nullptr).chrony.config.contains(
            "\nntsservercert "));  // with nothing that runs there is nothing to keep
        const PlannedService half = plan(&first);
        QCOMPARE(half.chrony, first.chrony);
        QCOMPARE(half.nts->sha256, first.nts->sha256);
        QVERIFY(!half.nts->renewalProblem.isEmpty());

        QVERIFY(write("key.pem", renewed.key));
        const PlannedService done = plan(&half);
        QVERIFY(done.nts->renewalProblem.isEmpty() && done.nts->sha256 != first.nts->sha256);
        QVERIFY(done.chrony != first.chrony);
    }
};

QTEST_GUILESS_MAIN(TestServicePlanner)
#include "tst_service_planner.moc"
