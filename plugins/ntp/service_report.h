// SPDX-License-Identifier: GPL-2.0-or-later
// How the time service fares, gathered from its parts: for the status of its object and for the pages. Reads the parts
// and changes none.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>

#include "chrony/chrony_engine.h"
#include "client_service.h"
#include "clock_claim.h"
#include "clock_watch.h"
#include "desired_objects.h"
#include "hardware_clocks.h"
#include "node_labels.h"
#include "pages/service_pages.h"
#include "service_standing.h"
#include "status_publisher.h"

namespace fos1::ntp {

class ServiceReport final : public QObject {
    Q_OBJECT

   public:
    /// All outlive the report.
    struct Parts {
        const HostView& host;
        const DesiredObjects& objects;
        const NodeLabels& node;
        const ServiceStanding& standing;
        ChronyEngine& engine;
        ClientService& clients;
        const ClockWatch& clock;
        const HardwareClocks& hardware;
        const ClockClaim& claim;
        ClockControl clockControl;
    };
    explicit ServiceReport(const Parts& parts);

    /// Of chronyd's executable.
    void setVersion(const QString& version) { m_version = version; }

    /// Writes the status of what is declared, if something is and the status is due.
    void showStatus();
    /// The same in the next turn of the event loop, once for all calls until then: with thousands of VLANs it takes as
    /// long as what led to it.
    void showStatusSoon();
    /// The next status is written whatever it says.
    void forgetStatus() { m_status.forget(); }

    /// What the pages show, during the call.
    void look(const std::function<void(const PageFacts&)>& see) const;
    /// Reads who asked for the time from chronyd and answers with a page: once, at once or from the event loop within
    /// some seconds. `argument` as clientViewFrom() takes it.
    void showClients(const QString& argument, std::function<void(const QCborMap&)> show);

   private:
    /// There is a service that is declared. The input is valid during the call.
    void withStatus(const std::function<void(const StatusInput&)>& use) const;

    const Parts m_parts;
    StatusPublisher m_status;
    QTimer m_soon;
    QString m_version;
};

}  // namespace fos1::ntp
