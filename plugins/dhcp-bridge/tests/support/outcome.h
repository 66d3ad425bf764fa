// SPDX-License-Identifier: GPL-2.0-or-later
// Offers for tests, and what applying them comes to, in one word or in the backend's error.
#pragma once

#include <QEventLoop>
#include <QTimer>

#include "core/offer_rules.h"
#include "dhcp_backend.h"

namespace fos1::dhcp {

/// One VLAN with this address of ours, whose time is fit for use.
inline std::shared_ptr<const Offers> offerOfAddress(const QString& address, int prefixLength,
                                                    const QString& interface = {}) {
    time::ServiceState vlan;
    vlan.interface = interface;
    vlan.addresses = {{address, prefixLength}};
    vlan.port = 123;
    vlan.accepting = vlan.advertise = vlan.dhcp = true;
    Offers all;
    all.vlans[QStringLiteral("a")] = offerOf(vlan, OnLoss::Withdraw);
    return std::make_shared<const Offers>(all);
}

inline std::shared_ptr<const Offers> withdrawal() {
    Offers nothing;
    nothing.withdrawsAll = true;
    return std::make_shared<const Offers>(nothing);
}

/// Applies and waits for the outcome: "written" or "same" with the reason of a warning, or the error.
inline QString outcome(DhcpBackend& backend, const std::shared_ptr<const Offers>& wanted) {
    QString outcome = QStringLiteral("no outcome");
    // Not qWaitFor(), which sleeps between turns: a dialogue takes many.
    QEventLoop loop;
    QTimer::singleShot(70'000, &loop, &QEventLoop::quit);
    backend.apply(wanted, [&](const Result<Applied>& result) {
        outcome =
            !result ? result.error().text()
                    : (result->isWritten ? QStringLiteral("written") : QStringLiteral("same")) + result->warningReason;
        loop.quit();
    });
    loop.exec();
    return outcome;
}

}  // namespace fos1::dhcp
