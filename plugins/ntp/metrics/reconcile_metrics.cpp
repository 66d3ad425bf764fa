// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/reconcile_metrics.h"

#include "metrics/metric_declarations.h"

namespace fos1::ntp {

namespace {

const QString kLabel = QStringLiteral("outcome");

QString text(Outcome outcome) {
    switch (outcome) {
        case Outcome::Ok: return QStringLiteral("ok");
        case Outcome::Retry: return QStringLiteral("retry");
        default: return QStringLiteral("failed");
    }
}

}  // namespace

ReconcileMetrics::ReconcileMetrics(IMetrics& metrics)
    : m_count(counter(metrics, "ntp_reconciles_total",
                      "Number of times that desired state was applied, by outcome: ok, retry or failed.", kLabel)),
      m_seconds(counter(metrics, "ntp_reconcile_seconds_total", "Total time spent applying desired state, by outcome.",
                        kLabel, kSecondsFromNanoseconds)) {
    for (const Outcome outcome : {Outcome::Ok, Outcome::Retry, Outcome::Failed}) {
        m_count.set({{kLabel, text(outcome)}}, 0);
        m_seconds.set({{kLabel, text(outcome)}}, 0);
    }
}

void ReconcileMetrics::ended(Ticket ticket, Outcome outcome, std::chrono::steady_clock::time_point now) {
    const auto started = m_started.find(ticket);
    if (started == m_started.end()) return;
    Sum& sum = m_sums[text(outcome)];
    ++sum.count;
    sum.time += now - started->second;
    m_started.erase(started);
    m_count.set({{kLabel, text(outcome)}}, sum.count);
    m_seconds.set({{kLabel, text(outcome)}}, sum.time.count());
}

}  // namespace fos1::ntp
