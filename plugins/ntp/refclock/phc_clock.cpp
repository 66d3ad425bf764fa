// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/phc_clock.h"

#include <QDateTime>

#include "core/plain_text.h"
#include "refclock/clock_devices.h"
#include "refclock/device_holders.h"

namespace fos1::ntp {

namespace {

constexpr std::chrono::seconds kPhcLook{5};
constexpr int kLooksBetweenSearches = 12;  ///< for other programs, which takes some milliseconds
constexpr qint64 kWarnBefore = qint64{60} * 86'400;

}  // namespace

PhcClock::PhcClock(PhcSource source, std::optional<qint64> leapsExpireUnix)
    : m_source(std::move(source)), m_leapsExpireUnix(leapsExpireUnix) {
    connect(&m_timer, &QTimer::timeout, this, &PhcClock::look);
    m_timer.start(kPhcLook);
    look();
}

void PhcClock::look() {
    RefclockFacts facts;
    facts.name = m_source.name;
    facts.kind = m_source.kind;
    facts.device = m_source.device.isEmpty() ? clockDeviceOf(m_source.interface) : m_source.device;
    const auto set = [&facts](const char* reason, const QString& message) {
        facts.reason = QLatin1String(reason);
        facts.message = message;
    };
    const QString why = facts.device.isEmpty() ? QStringLiteral("has no PTP hardware clock") : whyNoPhc(facts.device);
    facts.isPresent = why.isEmpty();
    if (m_looks++ % kLooksBetweenSearches == 0) m_holders = facts.isPresent ? holdersOf(facts.device) : QStringList();
    m_holders.removeIf([](const QString& each) { return each.startsWith(QStringLiteral("chronyd ")); });
    if (!why.isEmpty()) {
        set("HardwareMissing", QStringLiteral("%1 %2; chronyd uses it when it appears.")
                                   .arg(facts.device.isEmpty() ? m_source.interface : facts.device, why));
        if (facts.device.isEmpty()) facts.device = m_source.interface;
    } else if (!m_holders.isEmpty()) {
        set("SharedClock",
            QStringLiteral("%1 has the clock open too; two programs that set one clock work against each "
                           "other.")
                .arg(m_holders.join(QStringLiteral(", "))));
    } else if (m_source.isTai && m_leapsExpireUnix &&
               *m_leapsExpireUnix - QDateTime::currentSecsSinceEpoch() < kWarnBefore) {
        facts.isHealthy = true;
        set("LeapSecondsExpire",
            QStringLiteral("The clock keeps TAI, and the table of leap seconds that turns it into UTC (tzdata) is good "
                           "until %1; update it.")
                .arg(utcText(*m_leapsExpireUnix * 1000)));
    } else {
        facts.isHealthy = true;
        set(kHealthyClock, QStringLiteral("The clock can be read."));
    }
    const bool isNews = facts.reason != m_facts.reason;
    m_facts = std::move(facts);
    if (isNews) Q_EMIT changed();
}

}  // namespace fos1::ntp
