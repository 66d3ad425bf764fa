// SPDX-License-Identifier: GPL-2.0-or-later
#include "gps_under_test.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTest>
#include <algorithm>

namespace fos1::system {

namespace {

constexpr int kBetweenLooks = 250;  // ms

}  // namespace

GpsUnderTest::GpsUnderTest()
    : receiver(std::make_unique<lab::Receiver>()), host(std::make_unique<HostUnderTest>(lab, QStringLiteral("host"))) {
    plugIn();
}

QString GpsUnderTest::start(const QStringList& environment) const {
    if (!lab.problem().isEmpty()) return lab.problem();
    return host->start(environment) ? QString() : QStringLiteral("the host does not start");
}

bool GpsUnderTest::declare(const QByteArray& sources) const {
    return lab::writeFile(host->manifest(QStringLiteral("main.yaml")),
                          "apiVersion: ntp.fos1.io/v1alpha1\n"
                          "kind: NTPService\n"
                          "metadata: {name: main-ntp}\n"
                          "spec:\n"
                          "  enabled: true\n"
                          "  sources:\n" +
                              sources +
                              "  server: {}\n"
                              "  security:\n"
                              "    access:\n"
                              "      - {network: 10.2.0.0/24, permission: allow}\n");
}

QByteArray GpsUnderTest::gps(const QByteArray& more) const {
    return "      gps: {enabled: true, device: " + link().toUtf8() + more + "}\n";
}

void GpsUnderTest::plugIn() const {
    QFile::remove(link());
    if (!QFile::link(receiver->device(), link())) qFatal("no link");
}

void GpsUnderTest::unplug() const {
    receiver->unplug();
    QFile::remove(link());
}

QJsonObject GpsUnderTest::condition(const char* type) const {
    return HostUnderTest::condition(host->service(QStringLiteral("main-ntp"))[u"status"][u"conditions"].toArray(),
                                    QLatin1String(type));
}

QString GpsUnderTest::reason() const { return condition("HardwareHealthy")[u"reason"].toString(); }

QJsonObject GpsUnderTest::sync() const { return host->syncState(QStringLiteral("main-ntp"))[u"value"].toObject(); }

bool GpsUnderTest::isStratum(int stratum) const {
    const auto answer = ask();
    return answer && answer->leap != 3 && answer->stratum == stratum;
}

QString GpsUnderTest::whyWrong() const {
    const auto answer = ask();
    if (!answer || answer->leap == 3) return {};
    constexpr std::chrono::milliseconds kReading(1);
    const auto offset = std::chrono::abs(answer->offset);
    const auto uncertain = answer->roundTrip / 2 + kReading;
    const auto ms = [](std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; };
    if (offset > answer->rootDistance + uncertain)
        return QStringLiteral("%1 ms off, served as right to within %2 ms; %3")
            .arg(ms(offset))
            .arg(ms(answer->rootDistance))
            .arg(reason());
    // What is exported is read from chronyd each second.
    std::chrono::nanoseconds bound{0};
    const auto isCovered = [&] {
        bound = std::chrono::nanoseconds(sync()[u"error_bound_ns"].toInteger());
        return offset <= bound + uncertain;
    };
    if (QTest::qWaitFor(isCovered, 2500)) return {};
    return QStringLiteral("%1 ms off, exported as right to within %2 ms; %3")
        .arg(ms(offset))
        .arg(ms(bound))
        .arg(reason());
}

QString GpsUnderTest::rightUntil(const std::function<bool()>& fact, int patienceSeconds) const {
    // Patience costs nothing when the fact comes, and a machine with other work needs it.
    constexpr int kLeastPatience = 60;
    QElapsedTimer timer;
    timer.start();
    while (!fact()) {
        if (const QString why = whyWrong(); !why.isEmpty()) return why;
        if (timer.elapsed() > std::max(patienceSeconds, kLeastPatience) * 1000)
            return QStringLiteral("%1: %2").arg(reason(), condition("HardwareHealthy")[u"message"].toString());
        QTest::qWait(kBetweenLooks);
    }
    return {};
}

QString GpsUnderTest::rightUntil(const QString& wanted, int patienceSeconds, int seconds) const {
    if (const QString why = rightUntil([&] { return reason() == wanted; }, patienceSeconds); !why.isEmpty()) return why;
    QElapsedTimer timer;
    for (timer.start(); timer.elapsed() < seconds * 1000; QTest::qWait(kBetweenLooks))
        if (const QString why = whyWrong(); !why.isEmpty()) return why;
    return {};
}

}  // namespace fos1::system
