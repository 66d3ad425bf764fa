// SPDX-License-Identifier: GPL-2.0-or-later
// The stores that plugins reach through their facade and that the faces read. References, owned by Host.
#pragma once

namespace fos1::host {

class StateBus;
class ResourceStore;
class AdmissionDesk;
class ReconcileQueue;
class StatusStore;
class EventLog;
class MetricRegistry;
struct SpecQuestions;

struct HostServices {
    StateBus& bus;
    ResourceStore& resources;
    AdmissionDesk& admission;  ///< the way into `resources`
    ReconcileQueue& queue;
    StatusStore& status;
    EventLog& events;
    MetricRegistry& metrics;
    const SpecQuestions& specs;
};

}  // namespace fos1::host
