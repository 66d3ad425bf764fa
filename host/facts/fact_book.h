// SPDX-License-Identifier: GPL-2.0-or-later
// Facts about this node that plugins build upon without knowing who reports them. A plugin's metadata says which field
// of which of its topics is a fact; the host follows it and publishes the fact on node.fact/v1. Must not know any fact,
// topic or field by name.
#pragma once

#include <QString>
#include <map>
#include <set>
#include <vector>

#include "facts/fact_source.h"
#include "fos1/features/bus.h"

namespace fos1::host {

class StateBus;

class FactBook final : public IBusListener {
   public:
    /// `bus` outlives it.
    explicit FactBook(StateBus& bus) : m_bus(bus) {}
    ~FactBook() override;
    FactBook(const FactBook&) = delete;
    FactBook& operator=(const FactBook&) = delete;

    /// Until something is published, the fact does not hold. With several sources it holds while one of them says so.
    void add(const FactSource& source);

    void onState(const QString& topic, const QString& key, int presence, const QCborMap& value,
                 const QCborMap& meta) override;

   private:
    void publish(const QString& name);

    StateBus& m_bus;
    std::vector<FactSource> m_sources;
    std::map<QString, std::set<std::pair<QString, QString>>> m_witnesses;  ///< by fact: topic and key
};

}  // namespace fos1::host
