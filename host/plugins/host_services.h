// SPDX-License-Identifier: GPL-2.0-or-later
// References to the stores that plugins reach through their facade and that the faces read. Host owns the stores.
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
    AdmissionDesk& admission;  ///< all changes to `resources` go through it
    ReconcileQueue& queue;
    StatusStore& status;
    EventLog& events;
    MetricRegistry& metrics;
    const SpecQuestions& specs;
};

}  // namespace fos1::host
