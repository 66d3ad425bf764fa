// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of one owner, a plugin or the host itself, as IMetrics. Checks nothing that the registry does not check.
#pragma once

#include <QString>

#include "fos1/features/metrics.h"

namespace fos1::host {

class MetricRegistry;

class OwnerMetrics final : public IMetrics {
   public:
    /// `registry` outlives the object.
    OwnerMetrics(MetricRegistry& registry, QString owner) : m_registry(registry), m_owner(std::move(owner)) {}

    int declare(const QString& name, int metricType, const QString& help, const QString& labelNames,
                int decimals) override;
    int set(int metric, const QCborMap& labels, qint64 value) override;
    int remove(int metric, const QCborMap& labels) override;

   private:
    MetricRegistry& m_registry;
    QString m_owner;
};

}  // namespace fos1::host
