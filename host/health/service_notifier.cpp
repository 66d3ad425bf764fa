// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/service_notifier.h"

#include <systemd/sd-daemon.h>

#include <chrono>

namespace fos1::host {

ServiceNotifier::ServiceNotifier(QObject* parent) : QObject(parent) {
    uint64_t intervalUs = 0;
    if (sd_watchdog_enabled(0, &intervalUs) <= 0) return;
    connect(&m_watchdog, &QTimer::timeout, this, [] { sd_notify(0, "WATCHDOG=1"); });
    // Half the interval, as sd_watchdog_enabled(3) recommends.
    m_watchdog.start(std::chrono::milliseconds(intervalUs / 2000));
}

void ServiceNotifier::ready(const QString& statusLine) {
    sd_notify(0, ("READY=1\nSTATUS=" + statusLine.toStdString()).c_str());
}

void ServiceNotifier::stopping() { sd_notify(0, "STOPPING=1"); }

}  // namespace fos1::host
