// SPDX-License-Identifier: GPL-2.0-or-later
// Random faults, one after the other, while everything runs: after each, the router is as it must be within 10 s, and
// no client was ever told a wrong time. FAULTS_SEED and FAULTS_COUNT choose others; FAULTS_ONLY chooses those whose
// name contains it.
#include <QElapsedTimer>
#include <QTest>

#include "faults.h"
#include "isolation.h"

using namespace fos1;
using namespace fos1::faults;

namespace {

constexpr qint64 kInTime = 10'000;
/// What was withdrawn comes back after it has been good for 10 s; servers are changed at most each second.
constexpr qint64 kToldInTime = 22'000;
/// How long a fault that was not healed in time is watched, to know whether it ever would be.
constexpr qint64 kGivenUp = 60'000;
// MiB more than at the start. AddressSanitizer keeps what was freed for a while.
#ifdef __SANITIZE_ADDRESS__
constexpr double kMostMemory = 400;
#else
constexpr double kMostMemory = 24;
#endif
constexpr int kMostDescriptors = 8;

int number(const char* variable, int otherwise) {
    bool isNumber = false;
    const int value = qEnvironmentVariableIntValue(variable, &isNumber);
    return isNumber ? value : otherwise;
}

std::vector<const Fault*> chosen() {
    const QString only = qEnvironmentVariable("FAULTS_ONLY");
    std::vector<const Fault*> faults;
    for (const Fault& each : allFaults())
        if (QString::fromUtf8(each.name).contains(only)) faults.push_back(&each);
    return faults;
}

}  // namespace

class TestFaults : public QObject {
    Q_OBJECT

    std::unique_ptr<RouterUnderFault> m_router;

    /// How long it took until all was well, in ms; what was still wrong in the end.
    std::pair<qint64, QString> watch(QString& late) {
        QElapsedTimer timer;
        timer.start();
        const auto noteLate = [&](const QString& problem, qint64 inTime) {
            if (problem.isEmpty() || timer.elapsed() < inTime || !late.isEmpty()) return;
            late = problem;
            tellState();
        };
        QString problem;
        for (;;) {
            problem = m_router->serviceProblem();
            noteLate(problem, kInTime);
            if (problem.isEmpty()) {
                problem = m_router->tellingProblem();
                noteLate(problem, kToldInTime);
            }
            if (problem.isEmpty() || timer.elapsed() > kGivenUp) return {timer.elapsed(), problem};
            QTest::qWait(50);
        }
    }
    void tellState() const {
        for (const QStringList& command :
             {QStringList{"status"}, {"ntp", "status"}, {"firewall", "show"}, {"dhcp", "show"}, {"dns", "show"}})
            qWarning().noquote() << m_router->host->ctl(command).output;
        qWarning().noquote() << m_router->lab.runIn("rt", "nft", {"list", "ruleset"}).output.left(6000);
        qWarning().noquote() << m_router->host->log().right(6000);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_router = std::make_unique<RouterUnderFault>();
        const QString problem = m_router->start();
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        QString late;
        const auto [took, wrong] = watch(late);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    }

    void everyFaultIsHealed() {
        const int seed = number("FAULTS_SEED", 1);
        const int count = number("FAULTS_COUNT", 60);
        Random random(static_cast<unsigned>(seed));
        const std::vector<const Fault*> faults = chosen();
        QVERIFY(!faults.empty());
        const double memory = m_router->memoryMiB();
        const int descriptors = m_router->descriptors();
        QStringList failures;
        for (int i = 0; i < count; ++i) {
            const Fault& fault = *faults[random() % faults.size()];
            fault.inflict(*m_router, random);
            QString late;
            const auto [took, wrong] = watch(late);
            qInfo().noquote() << QStringLiteral("%1 of %2, seed %3: %4: %5 ms")
                                     .arg(QString::number(i + 1), QString::number(count), QString::number(seed),
                                          QString::fromUtf8(fault.name), QString::number(took));
            if (late.isEmpty()) continue;
            failures.append(QStringLiteral("%1: %2: too late: %3").arg(i + 1).arg(QString::fromUtf8(fault.name), late));
            if (!wrong.isEmpty()) break;
        }
        QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
        QVERIFY2(m_router->lie().isEmpty(), qPrintable(m_router->lie()));
        QVERIFY2(m_router->memoryMiB() < memory + kMostMemory,
                 qPrintable(QStringLiteral("%1 MiB, at the start %2").arg(m_router->memoryMiB()).arg(memory)));
        QVERIFY2(m_router->descriptors() < descriptors + kMostDescriptors,
                 qPrintable(QStringLiteral("%1, at the start %2").arg(m_router->descriptors()).arg(descriptors)));
    }

    void cleanupTestCase() {
        if (!m_router || !m_router->host || !m_router->host->isRunning()) return;
        QCOMPARE(m_router->host->stop(), 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestFaults test;
        return QTest::qExec(&test, argc, argv);
    });
}

#include "tst_faults.moc"
